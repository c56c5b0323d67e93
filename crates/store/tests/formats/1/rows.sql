-- The rows of a state of format 1: a run that failed in part, and one that was killed with a call open.
-- Its tables are those of `state/sqlite/0001_initial.sql`; the key beside it opens what is sealed.

DELETE FROM lease;
INSERT INTO meta (one, format, lineage, project, account, serial, head)
VALUES (1, 1, '66bc0e13-cfb6-4c6c-96ff-108906852d33', 'shop', '100000000001', 10, x'483205b6094d8b5576053b5aa1e40b16bd68f458d21b9fad7bbd4955d7fe86cf');
INSERT INTO run (id, started, ended, command, argv, who, git_commit, plan, outcome)
VALUES (1, 1800000000000, 1800000000000, 'apply', '["firma","apply"]', 'somebody@somewhere', '0123abc', NULL, 'failed');
INSERT INTO run (id, started, ended, command, argv, who, git_commit, plan, outcome)
VALUES (2, 1800000000000, NULL, 'apply', '["firma","apply"]', 'somebody@somewhere', '0123abc', NULL, NULL);
INSERT INTO event (serial, run, epoch, at, body, hash)
VALUES (1, 1, 1, 1800000000000, '{"v":1,"body":{"begin":{"step":0,"call":0,"address":"vpc.subnet.web[\"a\"]","deposed":"","action":"create","class":"tokened","service":"vpc","operation":"createSubnet","region":"cn-north-1","cloud_id":"","parameters":{"subnetName":"a"},"body_hash":"00","token":"t-1","marker":null,"ids_before":["subnet-0"]}}}', x'afc2b28ac4fddff7a362c0eeba4134a1b1a65f5a130708c0ed59a11055413d26');
INSERT INTO event (serial, run, epoch, at, body, hash)
VALUES (2, 1, 1, 1800000000000, '{"v":1,"body":{"accepted":{"step":0,"call":0,"record":{"address":"vpc.vpc.main","deposed":"","kind":"vpc.vpc","schema_version":1,"cloud_id":"vpc-1","region":"cn-north-1","zone":null,"billing":{"method":"prepaid_by_duration","unit":"month","duration":1},"status":"ready","inputs":{"name":"a","password":{"$sealed":"sbboJ0b+YBTaf/12fTFw9S0OcBaH+T3+1fhbB7QhdE8XxASeQ5d8mVRGSsLCoBNo8QYwM4hwRw"}},"observed":{"id":"x","name":"a"},"fingerprint":"vpc-1","dependencies":["vpc.vpc.main","vm.instance.web[*]"],"create_before_destroy":false,"prevent_destroy":true,"on_remove":"retain"},"request_id":"r-1"}}}', x'e291e5d822aa0b8e833858e0ee65f6d4bcbe5f4ac6f31d0cdfe23b6bff680f9c');
INSERT INTO event (serial, run, epoch, at, body, hash)
VALUES (3, 1, 1, 1800000000000, '{"v":1,"body":{"done":{"step":0,"record":{"address":"vpc.vpc.main","deposed":"","kind":"vpc.vpc","schema_version":1,"cloud_id":"vpc-1","region":"cn-north-1","zone":null,"billing":{"method":"prepaid_by_duration","unit":"month","duration":1},"status":"ready","inputs":{"name":"a","password":{"$sealed":"ZqPDanzDFn4Vn2ZmH0AMOxK4tWENIrgpCwVzHuL9wvnoC8o6YdHMPWM24zeb095XnqBzhH4Viw"}},"observed":{"id":"x","name":"a"},"fingerprint":"vpc-1","dependencies":["vpc.vpc.main","vm.instance.web[*]"],"create_before_destroy":false,"prevent_destroy":true,"on_remove":"retain"}}}}', x'1b953a6d50ba243974ae4350c3618dddf373c49d935f0a7ecf8f92434ea8d41b');
INSERT INTO event (serial, run, epoch, at, body, hash)
VALUES (4, 1, 1, 1800000000000, '{"v":1,"body":{"done":{"step":1,"record":{"address":"vpc.subnet.web[\"a\"]","deposed":"","kind":"vpc.subnet","schema_version":1,"cloud_id":"subnet-1","region":"cn-north-1","zone":null,"billing":null,"status":"ready","inputs":{"name":"a","weight":0.1},"observed":{"id":"x","name":"a"},"fingerprint":"vpc-1","dependencies":["vpc.vpc.main","vm.instance.web[*]"],"create_before_destroy":false,"prevent_destroy":true,"on_remove":"retain"}}}}', x'bb800aaffe8d4d498005f963df00ad12593394670f1cd8415e14952e100eb8e0');
INSERT INTO event (serial, run, epoch, at, body, hash)
VALUES (5, 1, 1, 1800000000000, '{"v":1,"body":{"failed":{"step":3,"fault":{"kind":"ambiguous","service":"vpc","operation":"createSubnet","http_status":502,"code":null,"status":null,"message":"bad gateway","request_id":null},"record":null}}}', x'3797df8e3e735c4cbc6e46a1c6f524536876cb7aa279d737520dcdee6b65f2c3');
INSERT INTO event (serial, run, epoch, at, body, hash)
VALUES (6, 1, 1, 1800000000000, '{"v":1,"body":{"skipped":{"step":4,"because":"vpc.vpc.main"}}}', x'2583012183fe385781e0710e2fd0b9c3651d83cd12949674a58f343c8eb59944');
INSERT INTO event (serial, run, epoch, at, body, hash)
VALUES (7, 1, 1, 1800000000000, '{"v":1,"body":{"removed":{"step":5,"address":"vpc.vpc.old","deposed":"","cloud_id":"vpc-0","how":"gone"}}}', x'1b05fb07ca837739f7412988816c9bf6bfbd7491d5eac34da578cd6b9d3948bb');
INSERT INTO event (serial, run, epoch, at, body, hash)
VALUES (8, 1, 1, 1800000000000, '{"v":1,"body":{"outputs":[{"name":"id","value":"vpc-1","sensitive":false},{"name":"secret","value":{"$sealed":"u4MmDbOBkt8yXvIKsxQQKLJI+86RxgBIGO+jQxkfRWFW68rWJrAzR2kDlhc6pSzXdEO2yxpm1Q"},"sensitive":true}]}}', x'7f6650a365082cda428ddebefb9c3456521fae78ced725f3f5ed6cc68d4da090');
INSERT INTO event (serial, run, epoch, at, body, hash)
VALUES (9, 2, 1, 1800000000000, '{"v":1,"body":{"begin":{"step":2,"call":0,"address":"vpc.subnet.web[\"a\"]","deposed":"","action":"create","class":"tokened","service":"vpc","operation":"createSubnet","region":"cn-north-1","cloud_id":"","parameters":{"subnetName":"a"},"body_hash":"00","token":"t-1","marker":null,"ids_before":["subnet-0"]}}}', x'252991cc2f4b95a73adb1bd1ffdac781a2f69a871042d959753883a8a42e1a66');
INSERT INTO event (serial, run, epoch, at, body, hash)
VALUES (10, 2, 1, 1800000000000, '{"v":1,"body":{"unresolved":{"step":2,"call":0,"fault":{"kind":"ambiguous","service":"vpc","operation":"createSubnet","http_status":502,"code":null,"status":null,"message":"bad gateway","request_id":null}}}}', x'483205b6094d8b5576053b5aa1e40b16bd68f458d21b9fad7bbd4955d7fe86cf');
INSERT INTO object (address, deposed, kind, schema_version, cloud_id, region, zone, billing, status, inputs, observed, sealed, fingerprint, dependencies, create_before_destroy, prevent_destroy, on_remove, version)
VALUES ('vpc.vpc.main', '', 'vpc.vpc', 1, 'vpc-1', 'cn-north-1', NULL, '{"method":"prepaid_by_duration","unit":"month","duration":1}', 'ready', '{"name":"a","password":{"$sealed":"ZqPDanzDFn4Vn2ZmH0AMOxK4tWENIrgpCwVzHuL9wvnoC8o6YdHMPWM24zeb095XnqBzhH4Viw"}}', '{"id":"x","name":"a"}', 1, 'vpc-1', '["vpc.vpc.main","vm.instance.web[*]"]', 0, 1, 'retain', 3);
INSERT INTO object (address, deposed, kind, schema_version, cloud_id, region, zone, billing, status, inputs, observed, sealed, fingerprint, dependencies, create_before_destroy, prevent_destroy, on_remove, version)
VALUES ('vpc.subnet.web["a"]', '', 'vpc.subnet', 1, 'subnet-1', 'cn-north-1', NULL, NULL, 'ready', '{"name":"a","weight":0.1}', '{"id":"x","name":"a"}', 0, 'vpc-1', '["vpc.vpc.main","vm.instance.web[*]"]', 0, 1, 'retain', 4);
INSERT INTO intent (run, step, call, begun, unresolved)
VALUES (2, 2, 0, 9, 10);
INSERT INTO output (name, value, sealed, sensitive)
VALUES ('id', '"vpc-1"', 0, 0);
INSERT INTO output (name, value, sealed, sensitive)
VALUES ('secret', '{"$sealed":"u4MmDbOBkt8yXvIKsxQQKLJI+86RxgBIGO+jQxkfRWFW68rWJrAzR2kDlhc6pSzXdEO2yxpm1Q"}', 1, 1);
INSERT INTO plan (id, made, body, run)
VALUES ('plan-1', 1800000000000, x'7b22666f726d6174223a226669726d612e706c616e2d66696c652f31222c226964223a22706c616e2d31222c226c696e65616765223a2236366263306531332d636662362d346336632d393666662d313038393036383532643333222c22636f6465223a2236643833613432326365626463363133646431386464343133646664343532363861366633346137356131613838346365386265616236363364323661323362227d0a7b227374657073223a5b7b2270617373776f7264223a7b22247365616c6564223a226365697345754c4562666e696838335a6534352f7a77764f61507375703661646c4c307a4f6e374869556d503378352f7377477437692f5877506646785446784c782b3978756f787351227d7d5d7d', 1);
INSERT INTO lease (scope, holder, epoch, expires)
VALUES ('', 'somebody, pid 1', 1, 1800000060000);
INSERT INTO duration (kind, action, count, usual_ms, longest_ms)
VALUES ('vpc.vpc', 'create', 1, 1200, 1200);
INSERT INTO secret (name, wrapped)
VALUES ('data', x'a4ac2f3f4a0ac75016571399ac90fec4663bb64db6c3be02d609840a1e86a2d8809a072944d677d68c7d78f811b96da5ce9e00097b8dc365f89fc1c9297f95af6cacca8593610e0d');
