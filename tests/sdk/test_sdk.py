"""The official Python SDK against the local cloud.

The SDK is configured with an endpoint, the scheme http and a key pair, and with nothing else. Every kind of resource is
created, found, changed and deleted through it. Time is moved by the emulator's own clock: no test waits.
"""

import json
import os
import re
import shlex
import subprocess
import unittest
import urllib.request
import uuid

from jdcloud_sdk.core.config import Config
from jdcloud_sdk.core.credential import Credential
from jdcloud_sdk.core.logger import Logger
from jdcloud_sdk.services.disk.apis import CreateDisksRequest as create_disks
from jdcloud_sdk.services.disk.apis import DeleteDiskRequest as delete_disk
from jdcloud_sdk.services.disk.apis import DescribeDiskRequest as describe_disk
from jdcloud_sdk.services.disk.apis import DescribeDisksRequest as describe_disks
from jdcloud_sdk.services.disk.apis import ExtendDiskRequest as extend_disk
from jdcloud_sdk.services.disk.apis import ModifyDiskAttributeRequest as modify_disk
from jdcloud_sdk.services.disk.client.DiskClient import DiskClient
from jdcloud_sdk.services.charge.models.ChargeSpec import ChargeSpec
from jdcloud_sdk.services.common.models.Filter import Filter
from jdcloud_sdk.services.disk.models.DiskSpec import DiskSpec
from jdcloud_sdk.services.resourcetag.apis import DescribeTagsRequest as describe_tags
from jdcloud_sdk.services.resourcetag.apis import TagResourcesRequest as tag_resources
from jdcloud_sdk.services.resourcetag.apis import UnTagResourcesRequest as untag_resources
from jdcloud_sdk.services.resourcetag.client.ResourcetagClient import ResourcetagClient
from jdcloud_sdk.services.user.apis import DescribeUserRequest as describe_user
from jdcloud_sdk.services.user.client.UserClient import UserClient
from jdcloud_sdk.services.vm.apis import AssociateElasticIpRequest as associate_elastic_ip
from jdcloud_sdk.services.vm.apis import AttachDiskRequest as attach_disk
from jdcloud_sdk.services.vm.apis import CreateInstancesRequest as create_instances
from jdcloud_sdk.services.vm.apis import DeleteInstanceRequest as delete_instance
from jdcloud_sdk.services.vm.apis import DeleteKeypairRequest as delete_keypair
from jdcloud_sdk.services.vm.apis import DescribeImagesRequest as describe_images
from jdcloud_sdk.services.vm.apis import DescribeInstanceRequest as describe_instance
from jdcloud_sdk.services.vm.apis import DescribeInstancesRequest as describe_instances
from jdcloud_sdk.services.vm.apis import DescribeInstanceStatusRequest as describe_instance_status
from jdcloud_sdk.services.vm.apis import DescribeInstanceTypesRequest as describe_instance_types
from jdcloud_sdk.services.vm.apis import DescribeKeypairsRequest as describe_keypairs
from jdcloud_sdk.services.vm.apis import DetachDiskRequest as detach_disk
from jdcloud_sdk.services.vm.apis import DisassociateElasticIpRequest as disassociate_elastic_ip
from jdcloud_sdk.services.vm.apis import ImportKeypairRequest as import_keypair
from jdcloud_sdk.services.vm.apis import ModifyInstanceAttributeRequest as modify_instance
from jdcloud_sdk.services.vm.apis import ResizeInstanceRequest as resize_instance
from jdcloud_sdk.services.vm.apis import StartInstanceRequest as start_instance
from jdcloud_sdk.services.vm.apis import StopInstanceRequest as stop_instance
from jdcloud_sdk.services.vm.client.VmClient import VmClient
from jdcloud_sdk.services.vm.models.InstanceNetworkInterfaceAttachmentSpec import (
    InstanceNetworkInterfaceAttachmentSpec,
)
from jdcloud_sdk.services.vm.models.InstanceSpec import InstanceSpec
from jdcloud_sdk.services.vm.models.NetworkInterfaceSpec import NetworkInterfaceSpec
from jdcloud_sdk.services.vpc.apis import AddNetworkSecurityGroupRulesRequest as add_rules
from jdcloud_sdk.services.vpc.apis import CreateElasticIpsRequest as create_elastic_ips
from jdcloud_sdk.services.vpc.apis import CreateNetworkSecurityGroupRequest as create_group
from jdcloud_sdk.services.vpc.apis import CreateSubnetRequest as create_subnet
from jdcloud_sdk.services.vpc.apis import CreateVpcRequest as create_vpc
from jdcloud_sdk.services.vpc.apis import DeleteElasticIpRequest as delete_elastic_ip
from jdcloud_sdk.services.vpc.apis import DeleteNetworkSecurityGroupRequest as delete_group
from jdcloud_sdk.services.vpc.apis import DeleteSubnetRequest as delete_subnet
from jdcloud_sdk.services.vpc.apis import DeleteVpcRequest as delete_vpc
from jdcloud_sdk.services.vpc.apis import DescribeElasticIpRequest as describe_elastic_ip
from jdcloud_sdk.services.vpc.apis import DescribeElasticIpsRequest as describe_elastic_ips
from jdcloud_sdk.services.vpc.apis import DescribeNetworkSecurityGroupRequest as describe_group
from jdcloud_sdk.services.vpc.apis import DescribeNetworkSecurityGroupsRequest as describe_groups
from jdcloud_sdk.services.vpc.apis import DescribeSubnetRequest as describe_subnet
from jdcloud_sdk.services.vpc.apis import DescribeSubnetsRequest as describe_subnets
from jdcloud_sdk.services.vpc.apis import DescribeVpcRequest as describe_vpc
from jdcloud_sdk.services.vpc.apis import DescribeVpcsRequest as describe_vpcs
from jdcloud_sdk.services.vpc.apis import ModifyElasticIpRequest as modify_elastic_ip
from jdcloud_sdk.services.vpc.apis import ModifyNetworkSecurityGroupRulesRequest as modify_rules
from jdcloud_sdk.services.vpc.apis import ModifySubnetRequest as modify_subnet
from jdcloud_sdk.services.vpc.apis import ModifyVpcRequest as modify_vpc
from jdcloud_sdk.services.vpc.apis import RemoveNetworkSecurityGroupRulesRequest as remove_rules
from jdcloud_sdk.services.vpc.client.VpcClient import VpcClient
from jdcloud_sdk.services.vpc.models.AddSecurityGroupRules import AddSecurityGroupRules
from jdcloud_sdk.services.vpc.models.ElasticIpSpec import ElasticIpSpec
from jdcloud_sdk.services.vpc.models.ModifySecurityGroupRules import ModifySecurityGroupRules

REGION = "cn-north-1"
ZONE = "cn-north-1a"
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE5vdEFSZWFsS2V5Tm90QVJlYWxLZXlOb3RBUmVhbEtl test"

server = None
endpoint = None


def setUpModule():
    global server, endpoint
    command = os.environ.get("FIRMA_SERVE")
    if command is None:
        command = shlex.quote(os.environ["FIRMA_BIN"]) + " emulator serve --listen 127.0.0.1:0"
    server = subprocess.Popen(
        shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    for line in server.stdout:
        found = re.search(r"(127\.0\.0\.1:\d+)", line)
        if found:
            endpoint = found.group(1)
            return
    raise RuntimeError(command + " ended without printing an address")


def tearDownModule():
    server.stdin.close()
    server.terminate()
    server.wait(timeout=10)
    server.stdout.close()


def outside(operation, body):
    """Something done to the emulated cloud from outside it."""
    request = urllib.request.Request(
        "http://%s/__emulator/%s" % (endpoint, operation), json.dumps(body).encode(), method="POST"
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["result"]


def let_pass(seconds):
    outside("clock", {"advanceMillis": seconds * 1000})


class CloudTest(unittest.TestCase):
    def setUp(self):
        outside("reset", {})
        self.secret = "emulator"

    def client(self, kind):
        return kind(Credential("emulator", self.secret), Config(endpoint, "http"), Logger(0))

    def send(self, kind, module, required=(), **optional):
        """The answer of a call: required parameters by position, the others through their setters."""
        name = module.__name__.rsplit(".", 1)[1][: -len("Request")]
        parameters = getattr(module, name + "Parameters")(*required)
        for key, value in optional.items():
            getattr(parameters, "set" + key[0].upper() + key[1:])(value)
        return self.client(kind).send(getattr(module, name + "Request")(parameters))

    def call(self, kind, module, required=(), **optional):
        answer = self.send(kind, module, required, **optional)
        self.assertIsNone(answer.error, answer.error and answer.error.message)
        self.assertTrue(answer.request_id)
        return answer.result

    def fail_with(self, code, status, kind, module, required=(), **optional):
        answer = self.send(kind, module, required, **optional)
        self.assertIsNotNone(answer.error)
        self.assertEqual((answer.error.code, answer.error.status), (code, status), answer.error.message)
        self.assertTrue(answer.request_id)

    def network(self):
        vpc = self.call(VpcClient, create_vpc, (REGION, "main"), addressPrefix="10.0.0.0/16")["vpcId"]
        subnet = self.call(VpcClient, create_subnet, (REGION, vpc, "front", "10.0.1.0/24"))["subnetId"]
        return vpc, subnet

    def instance(self, subnet, **more):
        port = InstanceNetworkInterfaceAttachmentSpec(networkInterface=NetworkInterfaceSpec(subnetId=subnet))
        spec = InstanceSpec(
            name="web",
            az=ZONE,
            instanceType="g.n2.medium",
            imageId="img-ubuntu2204",
            password="DevOps2018~",
            primaryNetworkInterface=port,
            charge=ChargeSpec(chargeMode="postpaid_by_duration"),
            **more
        )
        token = str(uuid.uuid4())
        first = self.call(VmClient, create_instances, (REGION, spec), clientToken=token)
        again = self.call(VmClient, create_instances, (REGION, spec), clientToken=token)
        self.assertEqual(first, again)
        return first["instanceIds"][0]

    def show(self, instance):
        return self.call(VmClient, describe_instance, (REGION, instance))["instance"]


class Network(CloudTest):
    def test_vpc(self):
        tags = [{"key": "env", "value": "test"}]
        vpc = self.call(
            VpcClient, create_vpc, (REGION, "main"), addressPrefix="10.0.0.0/16", description="x", userTags=tags
        )["vpcId"]
        self.assertTrue(vpc.startswith("vpc-"))
        shown = self.call(VpcClient, describe_vpc, (REGION, vpc))["vpc"]
        self.assertEqual((shown["vpcName"], shown["addressPrefix"], shown["tags"]), ("main", "10.0.0.0/16", tags))
        found = self.call(
            VpcClient, describe_vpcs, (REGION,), pageNumber=1, pageSize=100, filters=[Filter("vpcIds", [vpc, "vpc-none"])]
        )
        self.assertEqual((found["totalCount"], found["vpcs"][0]["vpcId"]), (1, vpc))
        self.call(VpcClient, modify_vpc, (REGION, vpc), vpcName="renamed", description="y")
        self.assertEqual(self.call(VpcClient, describe_vpc, (REGION, vpc))["vpc"]["vpcName"], "renamed")
        self.call(VpcClient, delete_vpc, (REGION, vpc))
        self.fail_with(404, "NOT_FOUND", VpcClient, describe_vpc, (REGION, vpc))

    def test_subnet(self):
        vpc, subnet = self.network()
        self.fail_with(400, "INVALID_ARGUMENT", VpcClient, create_subnet, (REGION, vpc, "twin", "10.0.1.0/25"))
        self.fail_with(400, "FAILED_PRECONDITION", VpcClient, delete_vpc, (REGION, vpc))
        found = self.call(VpcClient, describe_subnets, (REGION,), filters=[Filter("vpcId", [vpc], "eq")])
        self.assertEqual([s["subnetId"] for s in found["subnets"]], [subnet])
        self.call(VpcClient, modify_subnet, (REGION, subnet), subnetName="back", description="z")
        shown = self.call(VpcClient, describe_subnet, (REGION, subnet))["subnet"]
        self.assertEqual((shown["subnetName"], shown["availableIpCount"]), ("back", 252))
        self.call(VpcClient, delete_subnet, (REGION, subnet))
        self.call(VpcClient, delete_vpc, (REGION, vpc))

    def test_security_group(self):
        vpc, _ = self.network()
        group = self.call(VpcClient, create_group, (REGION, vpc, "web"), description="x")["networkSecurityGroupId"]
        rule = AddSecurityGroupRules(protocol=6, direction=0, addressPrefix="0.0.0.0/0", fromPort=80, toPort=80)
        added = self.call(VpcClient, add_rules, (REGION, group, [rule]))["securityGroupRules"][0]
        change = ModifySecurityGroupRules(ruleId=added["ruleId"], toPort=81)
        self.call(VpcClient, modify_rules, (REGION, group, [change]))

        def custom():
            shown = self.call(VpcClient, describe_group, (REGION, group))["networkSecurityGroup"]
            return [r["toPort"] for r in shown["securityGroupRules"] if r["ruleType"] == "custom"]

        self.assertEqual(custom(), [81])
        self.call(VpcClient, remove_rules, (REGION, group, [added["ruleId"]]))
        self.assertEqual(custom(), [])
        found = self.call(VpcClient, describe_groups, (REGION,), filters=[Filter("vpcId", [vpc])])
        self.assertEqual(found["totalCount"], 2, "the default group and this one")
        self.call(VpcClient, delete_group, (REGION, group))

    def test_elastic_ip(self):
        spec = ElasticIpSpec(5, "bgp", ChargeSpec(chargeMode="postpaid_by_usage"))
        one, two = self.call(VpcClient, create_elastic_ips, (REGION, 2, spec))["elasticIpIds"]
        self.call(VpcClient, modify_elastic_ip, (REGION, one), bandwidthMbps=10, elasticIpName="front")
        shown = self.call(VpcClient, describe_elastic_ip, (REGION, one))["elasticIp"]
        self.assertEqual((shown["bandwidthMbps"], shown["status"]), (10, "NOT_ASSOCIATED"))
        found = self.call(VpcClient, describe_elastic_ips, (REGION,), filters=[Filter("elasticIpIds", [one, two])])
        self.assertEqual(found["totalCount"], 2)
        for elastic_ip in (one, two):
            self.call(VpcClient, delete_elastic_ip, (REGION, elastic_ip))


class Compute(CloudTest):
    def test_keypair(self):
        made = self.call(VmClient, import_keypair, (REGION, "deploy", PUBLIC_KEY))
        self.assertEqual(made["keyName"], "deploy")
        found = self.call(VmClient, describe_keypairs, (REGION,), filters=[Filter("keyNames", ["deploy"])])
        self.assertEqual(found["keypairs"][0]["keyFingerprint"], made["keyFingerprint"])
        self.call(VmClient, delete_keypair, (REGION, "deploy"))
        self.fail_with(404, "NOT_FOUND", VmClient, delete_keypair, (REGION, "deploy"))

    def test_instance(self):
        _, subnet = self.network()
        instance = self.instance(subnet, userTags=[{"key": "env", "value": "test"}])
        self.assertEqual(self.show(instance)["status"], "pending")
        let_pass(120)
        status = self.call(VmClient, describe_instance_status, (REGION,), filters=[Filter("instanceId", [instance])])
        self.assertEqual(status["instanceStatuses"][0]["status"], "running")
        found = self.call(VmClient, describe_instances, (REGION,), tags=[{"key": "env", "values": ["test"]}])
        self.assertEqual(found["totalCount"], 1)
        self.call(VmClient, modify_instance, (REGION, instance), name="db", description="x")
        self.assertEqual(self.show(instance)["instanceName"], "db")
        self.fail_with(400, "FAILED_PRECONDITION", VmClient, resize_instance, (REGION, instance, "g.n2.large"))
        for module, required in (
            (stop_instance, ()),
            (resize_instance, ("g.n2.large",)),
            (start_instance, ()),
        ):
            self.call(VmClient, module, (REGION, instance) + required)
            let_pass(120)
        self.assertEqual((self.show(instance)["status"], self.show(instance)["instanceType"]), ("running", "g.n2.large"))
        self.fail_with(400, "FAILED_PRECONDITION", VpcClient, delete_subnet, (REGION, subnet))
        self.call(VmClient, delete_instance, (REGION, instance))
        let_pass(60)
        self.fail_with(404, "NOT_FOUND", VmClient, describe_instance, (REGION, instance))
        self.call(VpcClient, delete_subnet, (REGION, subnet))

    def test_disk_and_its_attachment(self):
        _, subnet = self.network()
        instance = self.instance(subnet)
        spec = DiskSpec(az=ZONE, name="data", diskType="ssd.gp1", diskSizeGB=20)
        disk = self.call(DiskClient, create_disks, (REGION, spec, 1, str(uuid.uuid4())))["diskIds"][0]
        let_pass(120)
        self.call(DiskClient, modify_disk, (REGION, disk), name="logs", description="x")
        self.call(DiskClient, extend_disk, (REGION, disk, 40))
        let_pass(60)
        shown = self.call(DiskClient, describe_disk, (REGION, disk))["disk"]
        self.assertEqual((shown["name"], shown["diskSizeGB"], shown["status"]), ("logs", 40, "available"))
        self.call(VmClient, attach_disk, (REGION, instance, disk), autoDelete=False)
        let_pass(60)
        found = self.call(DiskClient, describe_disks, (REGION,), filters=[Filter("instanceId", [instance])])
        self.assertIn(disk, [d["diskId"] for d in found["disks"]])
        self.fail_with(400, "FAILED_PRECONDITION", DiskClient, delete_disk, (REGION, disk))
        self.call(VmClient, detach_disk, (REGION, instance, disk))
        let_pass(60)
        self.call(DiskClient, delete_disk, (REGION, disk))
        let_pass(60)
        self.assertEqual(self.call(DiskClient, describe_disk, (REGION, disk))["disk"]["status"], "deleted")

    def test_elastic_ip_of_an_instance(self):
        _, subnet = self.network()
        instance = self.instance(subnet)
        spec = ElasticIpSpec(5, "bgp", ChargeSpec(chargeMode="postpaid_by_duration"))
        elastic_ip = self.call(VpcClient, create_elastic_ips, (REGION, 1, spec))["elasticIpIds"][0]
        let_pass(120)
        tie = (REGION, instance, elastic_ip)
        self.call(VmClient, associate_elastic_ip, tie)
        self.assertEqual(self.show(instance)["elasticIpId"], elastic_ip)
        self.fail_with(400, "FAILED_PRECONDITION", VmClient, associate_elastic_ip, tie)
        self.fail_with(400, "FAILED_PRECONDITION", VpcClient, delete_elastic_ip, (REGION, elastic_ip))
        self.call(VmClient, disassociate_elastic_ip, tie)
        self.call(VpcClient, delete_elastic_ip, (REGION, elastic_ip))

    def test_images_and_types(self):
        images = self.call(VmClient, describe_images, (REGION,), imageSource="public", platform="Ubuntu")
        self.assertGreater(images["totalCount"], 0)
        types = self.call(VmClient, describe_instance_types, (REGION,), filters=[Filter("az", [ZONE])])
        self.assertTrue(all(t["state"][0]["az"] == ZONE for t in types["instanceTypes"]))

    def test_prepaid_stays_until_it_expires(self):
        charge = ChargeSpec(chargeMode="prepaid_by_duration", chargeUnit="month", chargeDuration=1)
        spec = DiskSpec(az=ZONE, name="paid", diskType="ssd.gp1", diskSizeGB=20, charge=charge)
        disk = self.call(DiskClient, create_disks, (REGION, spec, 1, str(uuid.uuid4())))["diskIds"][0]
        let_pass(60)
        self.fail_with(400, "FAILED_PRECONDITION", DiskClient, delete_disk, (REGION, disk))
        let_pass(33 * 86400)
        self.call(DiskClient, delete_disk, (REGION, disk))


class Protocol(CloudTest):
    def test_tags(self):
        vpc, _ = self.network()
        group = self.call(VpcClient, create_group, (REGION, vpc, "web"))["networkSecurityGroupId"]
        body = {
            "resources": [{"serviceCode": "vpc", "resourceId": [group, "sg-none"]}],
            "tags": [{"key": "env", "value": "test"}],
        }
        done = self.call(ResourcetagClient, tag_resources, (REGION, body))["data"]
        self.assertEqual((done["successCount"], done["failedResourcesMap"][0]["resourceId"]), (1, "sg-none"))
        tags = self.call(ResourcetagClient, describe_tags, (REGION, {"serviceCodes": ["vpc"]}))["data"]["tags"]
        self.assertEqual(tags, [{"key": "env", "value": "test"}])
        self.call(ResourcetagClient, untag_resources, (REGION, body))
        self.assertEqual(self.call(ResourcetagClient, describe_tags, (REGION, {}))["data"]["tags"], [])

    def test_a_call_without_region(self):
        self.assertEqual(self.call(UserClient, describe_user)["pin"], "emulator")

    def test_a_wrong_key(self):
        self.secret = "not-a-secret"
        self.fail_with(401, "ACCESS_ERROR", VpcClient, describe_vpcs, (REGION,))

    def test_pages(self):
        outside("quota", {"limits": {"vpc": 100}})
        for number in range(25):
            self.call(VpcClient, create_vpc, (REGION, "vpc-%d" % number), addressPrefix="10.0.0.0/16")
        pages = [self.call(VpcClient, describe_vpcs, (REGION,), pageNumber=n, pageSize=10) for n in (1, 2, 3, 4)]
        self.assertEqual([len(p["vpcs"]) for p in pages], [10, 10, 5, 5], "beyond the end is the last page")
        self.assertEqual({p["totalCount"] for p in pages}, {25})
        self.fail_with(400, "OUT_OF_RANGE", VpcClient, describe_vpcs, (REGION,), pageSize=101)

    def test_the_log_has_every_call(self):
        self.call(VpcClient, describe_vpcs, (REGION,))
        last = outside("log", {})["calls"][-1]
        self.assertEqual(
            (last["service"], last["operation"], last["status"], last["mutating"]),
            ("vpc", "describeVpcs", "OK", False),
        )


if __name__ == "__main__":
    unittest.main()
