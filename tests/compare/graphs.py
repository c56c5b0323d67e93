"""Projects of many shapes, and what Terraform calls the same."""

import os

HUB = 100
FILE = 500
PROJECT = '[cloud]\nendpoint = "emulator"\n'


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def files(folder, blocks, head=PROJECT, suffix="toml"):
    """Writes blocks into files of 500."""
    if suffix == "toml":
        write(f"{folder}/firma.toml", head)
    for start in range(0, len(blocks), FILE):
        write(f"{folder}/part{start // FILE:04}.{suffix}", "\n".join(blocks[start : start + FILE]))


def hubs(folder, size):
    """Every hundredth resource is a hub, the 99 after it use its output."""
    blocks = []
    for i in range(size):
        value = f'"hub {i}"' if i % HUB == 0 else f'"${{firma.value.r{i - i % HUB}.output}}, {i}"'
        blocks.append(f"[firma.value.r{i}]\ninput = {value}\n")
    files(folder, blocks)


def terraform_hubs(folder, size):
    blocks = []
    for i in range(size):
        value = f'"hub {i}"' if i % HUB == 0 else f'"${{terraform_data.r{i - i % HUB}.output}}, {i}"'
        blocks.append(f'resource "terraform_data" "r{i}" {{\n  input = {value}\n}}\n')
    files(folder, blocks, suffix="tf")


def independent(folder, size):
    files(folder, [f'[firma.value.r{i}]\ninput = "number {i}"\n' for i in range(size)])


def hub(folder, size):
    """One resource that all others use."""
    blocks = ['[firma.value.hub]\ninput = "hub"\n']
    blocks += [f'[firma.value.r{i}]\ninput = "${{firma.value.hub.output}}, {i}"\n' for i in range(size)]
    files(folder, blocks)


def chain(folder, size):
    """Each uses the one before."""
    blocks = ['[firma.value.r0]\ninput = "first"\n']
    blocks += [f'[firma.value.r{i}]\ninput = "${{firma.value.r{i - 1}.id}}"\n' for i in range(1, size)]
    files(folder, blocks)


def splat(folder, size):
    """As many instances as there are, each using all instances of another block."""
    files(folder, [
        f'[firma.value.from]\ncount = {size}\ninput = "${{count.index}}"\n',
        f'[firma.value.to]\ncount = {size}\ninput = "${{firma.value.from[*].id}}"\n',
    ])


def mixed(folder, size, url):
    """Groups of a hundred: a VPC, 39 subnets and 30 security groups in it, 20 disks, 10 public addresses."""
    head = (
        f'[cloud]\nendpoint = "{url}"\nparallelism = 64\n\n[defaults]\nregion = "cn-north-1"\nzone = "cn-north-1a"\n'
        'billing = { method = "postpaid_by_duration" }\ntags = { team = "shop" }\n'
    )
    blocks = []
    for group in range(size // 100):
        vpc = f"vpc.vpc.g{group}"
        blocks.append(f'[{vpc}]\nvpc_name = "g{group}"\naddress_prefix = "10.{group}.0.0/16"\n')
        for i in range(39):
            blocks.append(
                f'[vpc.subnet.g{group}_{i}]\nvpc_id = "${{{vpc}.id}}"\nsubnet_name = "g{group}-{i}"\n'
                f'address_prefix = "${{cidrsubnet({vpc}.address_prefix, 8, {i})}}"\n'
            )
        for i in range(30):
            blocks.append(
                f'[vpc.network_security_group.g{group}_{i}]\nvpc_id = "${{{vpc}.id}}"\n'
                f'network_security_group_name = "g{group}-{i}"\nrules = [\n'
                '  { direction = 0, protocol = 6, from_port = 443, to_port = 443, address_prefix = "0.0.0.0/0" },\n]\n'
            )
        for i in range(20):
            blocks.append(
                f'[disk.disk.g{group}_{i}]\nname = "g{group}-{i}"\ndisk_type = "ssd.gp1"\ndisk_size_gb = 20\n'
                f'description = "of ${{{vpc}.vpc_name}}"\n'
            )
        for i in range(10):
            blocks.append(
                f'[vpc.elastic_ip.g{group}_{i}]\nelastic_ip_name = "g{group}-{i}"\nbandwidth_mbps = 1\nprovider = "bgp"\n'
            )
    files(folder, blocks, head)


def subnets(folder, count, url):
    """Objects of one kind in one region."""
    files(folder, [
        '[vpc.vpc.main]\nvpc_name = "main"\naddress_prefix = "10.0.0.0/16"\n',
        f'[vpc.subnet.many]\ncount = {count}\nvpc_id = "${{vpc.vpc.main.id}}"\nsubnet_name = "s${{count.index}}"\n'
        'address_prefix = "${cidrsubnet(vpc.vpc.main.address_prefix, 12, count.index)}"\n',
    ], f'[cloud]\nendpoint = "{url}"\n\n[defaults]\nregion = "cn-north-1"\n')
