# SPDX-License-Identifier: Apache-2.0
"""What the Python client does with the API. usage: cases.py NAME, with KUBECONFIG set; each case_NAME is one case."""

import datetime
import json
import sys
import threading
import time

from kubernetes import client, config, dynamic, watch
from kubernetes.client.exceptions import ApiException
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.configmaplock import ConfigMapLock

GROUP, VERSION = "devices.kubeedge.io", "v1beta1"
DEVICES = (GROUP, VERSION, "default", "devices")
PATIENCE = 60


def device(name, node="edge-1", **metadata):
    return {
        "apiVersion": f"{GROUP}/{VERSION}",
        "kind": "Device",
        "metadata": {"name": name, **metadata},
        "spec": {"nodeName": node},
    }


def refused(status, reason, call, *arguments, **options):
    """The Status of a call that must be refused."""
    try:
        call(*arguments, **options)
    except ApiException as error:
        body = json.loads(error.body)
        assert (error.status, body["reason"], body["kind"]) == (status, reason, "Status"), error
        return body
    raise AssertionError(f"expected {status} {reason}")


def expect(value, wanted):
    assert value == wanted, f"{value!r} is not {wanted!r}"


def case_list(custom):
    for number in range(25):
        custom.create_namespaced_custom_object(*DEVICES, device(f"lamp-{number:02}", labels={"odd": str(number % 2)}))
    whole = custom.list_namespaced_custom_object(*DEVICES)
    expect(whole["kind"], "DeviceList")
    expect([item["metadata"]["name"] for item in whole["items"]], [f"lamp-{n:02}" for n in range(25)])
    page = custom.list_namespaced_custom_object(*DEVICES, limit=10)
    expect(page["metadata"]["remainingItemCount"], 15)
    names = [item["metadata"]["name"] for item in page["items"]]
    while page["metadata"].get("continue"):
        page = custom.list_namespaced_custom_object(*DEVICES, limit=10, _continue=page["metadata"]["continue"])
        names += [item["metadata"]["name"] for item in page["items"]]
    expect(len(set(names)), 25)
    odd = custom.list_cluster_custom_object(GROUP, VERSION, "devices", label_selector="odd=1")
    expect(len(odd["items"]), 12)
    one = custom.list_cluster_custom_object(GROUP, VERSION, "devices", field_selector="metadata.name=lamp-03")
    expect(len(one["items"]), 1)
    namespaces = client.CoreV1Api().list_namespace()
    expect(sorted(n.metadata.name for n in namespaces.items)[0], "default")


def case_errors(custom):
    custom.create_namespaced_custom_object(*DEVICES, device("lamp"))
    missing = refused(404, "NotFound", custom.get_namespaced_custom_object, *DEVICES, "nothing")
    expect(missing["details"], {"name": "nothing", "group": GROUP, "kind": "devices"})
    refused(409, "AlreadyExists", custom.create_namespaced_custom_object, *DEVICES, device("lamp"))
    stale = custom.get_namespaced_custom_object(*DEVICES, "lamp")
    stale["metadata"]["resourceVersion"] = "1"
    refused(409, "Conflict", custom.replace_namespaced_custom_object, *DEVICES, "lamp", stale)
    invalid = refused(422, "Invalid", custom.create_namespaced_custom_object, *DEVICES, device("bad", node=7))
    expect(invalid["details"]["causes"][0]["field"], "spec.nodeName")
    expect(invalid["details"]["causes"][0]["reason"], "FieldValueTypeInvalid")


def case_watch(custom):
    custom.create_namespaced_custom_object(*DEVICES, device("there"))
    since = custom.list_namespaced_custom_object(*DEVICES, label_selector="watched")["metadata"]["resourceVersion"]
    custom.create_namespaced_custom_object(*DEVICES, device("lamp", labels={"watched": ""}))
    custom.delete_namespaced_custom_object(*DEVICES, "lamp")
    seen = []
    stream = watch.Watch()
    for event in stream.stream(custom.list_namespaced_custom_object, *DEVICES, resource_version=since,
                               label_selector="watched", timeout_seconds=PATIENCE):
        seen.append((event["type"], event["object"]["metadata"]["name"]))
        if event["type"] == "DELETED":
            assert int(event["object"]["metadata"]["resourceVersion"]) > int(since)
            stream.stop()
    expect((seen[0], seen[-1]), (("ADDED", "lamp"), ("DELETED", "lamp")))
    started = time.monotonic()
    assert not list(watch.Watch().stream(custom.list_namespaced_custom_object, *DEVICES, label_selector="none",
                                         timeout_seconds=1))
    assert time.monotonic() - started < 10, "timeoutSeconds ends the watch"


def case_patch(custom):
    """Merge patches: null removes, lists are replaced whole, and the version is a precondition if it is named."""
    custom.create_namespaced_custom_object(*DEVICES, device("lamp", labels={"a": "1", "b": "2"}))
    patched = custom.patch_namespaced_custom_object(*DEVICES, "lamp", {
        "metadata": {"labels": {"a": None}}, "spec": {"nodeName": "edge-2"}})
    expect((patched["metadata"]["labels"], patched["spec"]["nodeName"]), ({"b": "2"}, "edge-2"))
    same = custom.patch_namespaced_custom_object(*DEVICES, "lamp", {"spec": {"nodeName": "edge-2"}})
    expect(same["metadata"]["generation"], patched["metadata"]["generation"])
    refused(409, "Conflict", custom.patch_namespaced_custom_object, *DEVICES, "lamp",
            {"metadata": {"resourceVersion": "1"}, "spec": {"nodeName": "edge-3"}})
    status = custom.patch_namespaced_custom_object_status(*DEVICES, "lamp", {
        "spec": {"nodeName": "lost"}, "status": {"twins": [{"propertyName": "p", "reported": {"value": "9007199254740993"}}]}})
    expect(status["spec"]["nodeName"], "edge-2")
    expect(status["status"]["twins"][0]["reported"]["value"], "9007199254740993")


def case_strategic_patch(custom):
    """Built-in kinds: a dict is sent as a strategic patch, a list as a JSON patch."""
    core = client.CoreV1Api()
    core.create_node({"metadata": {"name": "edge-9"}})
    # Conditions are merged by type; taints are one whole.
    core.patch_node_status("edge-9", {"status": {"conditions": [{"type": "A", "status": "True"}]}})
    node = core.patch_node_status("edge-9", {"status": {"conditions": [{"type": "B", "status": "True"}]}})
    assert {"A", "B"} <= {condition.type for condition in node.status.conditions}, node.status.conditions
    core.patch_node("edge-9", {"spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]}})
    node = core.patch_node("edge-9", {"spec": {"taints": [{"key": "b", "effect": "NoSchedule"}]}})
    expect([taint.key for taint in node.spec.taints], ["b"])
    core.patch_node("edge-9", [{"op": "add", "path": "/metadata/labels", "value": {"x": "y"}}])
    expect(core.read_node("edge-9").metadata.labels["x"], "y")


def case_server_side_apply(custom):
    """With the dynamic client; the client takes a body of this type as text alone."""
    devices = dynamic.DynamicClient(client.ApiClient()).resources.get(api_version=f"{GROUP}/{VERSION}", kind="Device")

    def apply(manager, node, **options):
        return devices.patch(name="lamp", namespace="default", body=json.dumps(device("lamp", node)), field_manager=manager,
                             content_type="application/apply-patch+yaml", **options)

    created = apply("one", "edge-1")
    expect(created.metadata.managedFields[0].manager, "one")
    expect(apply("one", "edge-1").metadata.generation, created.metadata.generation)
    conflict = refused(409, "Conflict", apply, "two", "edge-2")
    expect(conflict["message"], 'Apply failed with 1 conflict: conflict with "one": .spec.nodeName')
    expect(conflict["details"]["causes"],
           [{"reason": "FieldManagerConflict", "message": 'conflict with "one"', "field": ".spec.nodeName"}])
    expect(apply("two", "edge-2", force_conflicts=True).spec.nodeName, "edge-2")


def case_dynamic_client(custom):
    resources = dynamic.DynamicClient(client.ApiClient()).resources
    devices = resources.get(api_version=f"{GROUP}/{VERSION}", kind="Device")
    created = devices.create(namespace="default", body=device("lamp"))
    expect(created.metadata.generation, 1)
    expect(devices.get(name="lamp", namespace="default").spec.nodeName, "edge-1")
    expect([item.metadata.name for item in devices.get(namespace="default").items], ["lamp"])
    devices.patch(name="lamp", namespace="default", body={"spec": {"nodeName": "edge-2"}},
                  content_type="application/merge-patch+json")
    expect(devices.status.get(name="lamp", namespace="default").spec.nodeName, "edge-2")
    for event in devices.watch(namespace="default", timeout=PATIENCE):
        expect((event["type"], event["object"].metadata.name), ("ADDED", "lamp"))
        break
    expect(devices.delete(name="lamp", namespace="default").status, "Success")
    expect(resources.get(kind="Namespace", api_version="v1").get(name="default").status.phase, "Active")


def forget_past_changes():
    """Changes of a great object: more bytes than the window of past changes keeps (64 MiB)."""
    core = client.CoreV1Api()
    core.create_namespaced_config_map("default", {"metadata": {"name": "great"}, "data": {"text": "x" * 1_000_000}})
    for number in range(70):
        core.patch_namespaced_config_map("great", "default", {"metadata": {"labels": {"turn": str(number)}}})


def case_relist_after_410(custom):
    """An informer whose version is too old is told 410, lists again, and goes on from there without a gap."""
    first = custom.create_namespaced_custom_object(*DEVICES, device("lamp"))["metadata"]["resourceVersion"]
    forget_past_changes()
    custom.patch_namespaced_custom_object(*DEVICES, "lamp", {"spec": {"nodeName": "edge-2"}})
    known, told = {}, 0
    version = first
    finish = time.monotonic() + PATIENCE
    while time.monotonic() < finish:
        try:
            for event in watch.Watch().stream(custom.list_namespaced_custom_object, *DEVICES, resource_version=version,
                                              timeout_seconds=5):
                known[event["object"]["metadata"]["name"]] = event["object"]["spec"]["nodeName"]
                if known.get("bulb"):
                    expect((told, known), (1, {"lamp": "edge-2", "bulb": "edge-1"}))
                    return
        except ApiException as error:
            expect(error.status, 410)
            told += 1
            listed = custom.list_namespaced_custom_object(*DEVICES)
            known = {item["metadata"]["name"]: item["spec"]["nodeName"] for item in listed["items"]}
            version = listed["metadata"]["resourceVersion"]
            custom.create_namespaced_custom_object(*DEVICES, device("bulb"))
    raise AssertionError(f"told {told} times, knows {known}")


def case_leases(custom):
    """The compare-and-set that leader election stands on: of two holders with the same version one wins."""
    leases = client.CoordinationV1Api()
    now = datetime.datetime.now(datetime.timezone.utc)
    leases.create_namespaced_lease("default", {"metadata": {"name": "leader"}, "spec": {
        "holderIdentity": "one", "leaseDurationSeconds": 15, "renewTime": now}})
    mine, theirs = (leases.read_namespaced_lease("leader", "default") for _ in range(2))
    expect(mine.spec.renewTime if hasattr(mine.spec, "renewTime") else mine.spec.renew_time, now)
    mine.spec.holder_identity = "two"
    leases.replace_namespaced_lease("leader", "default", mine)
    theirs.spec.holder_identity = "three"
    refused(409, "Conflict", leases.replace_namespaced_lease, "leader", "default", theirs)
    expect(leases.read_namespaced_lease("leader", "default").spec.holder_identity, "two")


def case_leader_election(custom):
    """The client's own elector: one leads at a time, and another takes over when it lets go."""
    led = []
    for name in ("one", "two"):
        done = threading.Event()

        def lead(name=name, done=done):
            led.append(name)
            done.set()

        lock = ConfigMapLock("election", "default", name)
        settings = electionconfig.Config(lock, lease_duration=4, renew_deadline=3, retry_period=2,
                                         onstarted_leading=lead, onstopped_leading=lambda: None)
        threading.Thread(target=leaderelection.LeaderElection(settings).run, daemon=True).start()
        assert done.wait(PATIENCE), f"{name} does not lead"
        lock.update = lambda *_: (False, None)  # it does not renew any more
    expect(led, ["one", "two"])


def case_parallel_patches(custom):
    """Two hundred patches of different keys at once: none is refused, none is lost."""
    custom.create_namespaced_custom_object(*DEVICES, device("lamp"))
    failures = []

    def label(number):
        try:
            client.CustomObjectsApi().patch_namespaced_custom_object(
                *DEVICES, "lamp", {"metadata": {"labels": {f"key-{number}": "x"}}})
        except ApiException as error:
            failures.append(error)

    threads = [threading.Thread(target=label, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[0]
    expect(len(custom.get_namespaced_custom_object(*DEVICES, "lamp")["metadata"]["labels"]), 200)


def case_conflicting_updates(custom):
    """Two hundred read-change-writes of one field at once, each tried again on 409: the sum is right, none is lost."""
    core = client.CoreV1Api()
    core.create_namespaced_config_map("default", {"metadata": {"name": "count"}, "data": {"n": "0"}})
    conflicts = []

    def count(times):
        mine = client.CoreV1Api()
        while times:
            read = mine.read_namespaced_config_map("count", "default")
            read.data["n"] = str(int(read.data["n"]) + 1)
            try:
                mine.replace_namespaced_config_map("count", "default", read)
                times -= 1
            except ApiException as error:
                assert error.status == 409, error
                conflicts.append(error)

    threads = [threading.Thread(target=count, args=(10,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect(core.read_namespaced_config_map("count", "default").data["n"], "200")
    assert conflicts, "nothing was tested: no update met another"


def case_service_account_token(custom):
    """A token of a service account names its user, and may do what its role says."""
    core, rbac = client.CoreV1Api(), client.RbacAuthorizationV1Api()
    core.create_namespaced_service_account("default", {"metadata": {"name": "reader"}})
    rbac.create_namespaced_role("default", {"metadata": {"name": "see"}, "rules": [
        {"apiGroups": [GROUP], "resources": ["devices"], "verbs": ["get", "list"]}]})
    rbac.create_namespaced_role_binding("default", {
        "metadata": {"name": "see"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "see"},
        "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": "default"}]})
    answer = client.ApiClient().call_api(
        "/api/v1/namespaces/default/serviceaccounts/reader/token", "POST", response_type="object", auth_settings=[],
        body={"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}})[0]
    settings = client.Configuration.get_default_copy()
    settings.cert_file = settings.key_file = None
    settings.api_key = {"authorization": "Bearer " + answer["status"]["token"]}
    reader = client.CustomObjectsApi(client.ApiClient(settings))
    expect(reader.list_namespaced_custom_object(*DEVICES)["items"], [])
    status = refused(403, "Forbidden", reader.create_namespaced_custom_object, *DEVICES, device("lamp"))
    expect(status["message"], 'devices.devices.kubeedge.io is forbidden: User "system:serviceaccount:default:reader" '
           'cannot create resource "devices" in API group "devices.kubeedge.io" in the namespace "default"')


def asked(method, path, accept="application/json, */*", body=None, **options):
    """One request as it is on the wire; the answer's content type, and its document (or the response, to read on)."""
    headers = {"Accept": accept, **({"Content-Type": "application/json"} if body else {})}
    response, status, answered = client.ApiClient().call_api(
        path, method, header_params=headers, body=body, auth_settings=[], _preload_content=False, **options)
    assert status in (200, 201), (path, status)
    document = response if "watch=true" in path else json.loads(response.data)
    return answered["Content-Type"], document


def case_k9s(custom):
    """What k9s 0.32 asks for from its start to a table of devices that is described and deleted."""
    aggregated = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"
    table = "application/json;as=Table;v=v1;g=meta.k8s.io, application/json"
    devices = "/apis/devices.kubeedge.io/v1beta1/namespaces/default/devices"

    # Is somebody there, and which kinds? No metrics: it shows n/a.
    assert asked("GET", "/version")[1]["gitVersion"].startswith("v1.")
    kinds = {}
    for root in ("/api", "/apis"):
        media, groups = asked("GET", root, aggregated)
        expect((media, groups["kind"]), ("application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
                                         "APIGroupDiscoveryList"))
        for group in groups["items"]:
            expect(group["versions"][0]["freshness"], "Current")
            for resource in group["versions"][0]["resources"]:
                kinds[resource["resource"], group["metadata"].get("name", "")] = resource
    assert "metrics.k8s.io" not in {group for _, group in kinds}
    lamps = kinds["devices", GROUP]
    expect((lamps["scope"], lamps["singularResource"], lamps["shortNames"], lamps["responseKind"]["kind"]),
           ("Namespaced", "device", ["dev"], "Device"))
    assert {"delete", "get", "list", "patch", "update", "watch"} <= set(lamps["verbs"])

    # May I? Asked before each view, as k9s words it.
    for verb, group, resource in [("list", "", "namespaces"), ("list", "", "pods"), ("watch", "", "pods"),
                                  ("list", "", "nodes"), ("watch", GROUP, "devices"), ("delete", GROUP, "devices")]:
        attributes = {"namespace": "default", "verb": verb, "group": group, "resource": resource}
        review = asked("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body={
            "kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1",
            "metadata": {"creationTimestamp": None}, "spec": {"resourceAttributes": attributes},
            "status": {"allowed": False}})[1]
        expect(review["status"]["allowed"], True)

    # The views it opens with: informers of namespaces, pods, nodes and definitions.
    for path in ("/api/v1/namespaces", "/api/v1/namespaces/default/pods", "/api/v1/nodes",
                 "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"):
        listed = asked("GET", path + "?limit=500&resourceVersion=0")[1]
        assert isinstance(listed["items"], list), path
        version = listed["metadata"]["resourceVersion"]
        media, stream = asked("GET", f"{path}?allowWatchBookmarks=true&resourceVersion={version}&timeoutSeconds=1&watch=true")
        expect(media, "application/json")
        for line in stream.data.splitlines():
            assert json.loads(line)["type"] in ("ADDED", "MODIFIED", "BOOKMARK"), line

    # The table of devices, asked for again and again; one of them is shown and described.
    custom.create_namespaced_custom_object(*DEVICES, device("lamp"))
    for query in ("", "?labelSelector=room%21%3Dhall", "?includeObject=Object"):
        media, rows = asked("GET", devices + query, table)
        expect((rows["kind"], rows["apiVersion"], len(rows["rows"])), ("Table", "meta.k8s.io/v1", 1))
        names = [column["name"] for column in rows["columnDefinitions"]]
        expect(dict(zip(names, rows["rows"][0]["cells"]))["Name"], "lamp")
        expect(len(names), len(rows["rows"][0]["cells"]))
        expect(rows["rows"][0]["object"]["metadata"]["name"], "lamp")
    expect(asked("GET", devices + "/lamp", table)[1]["rows"][0]["cells"][0], "lamp")
    shown = asked("GET", devices + "/lamp")[1]
    events = asked("GET", "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dlamp%2C"
                   f"involvedObject.uid%3D{shown['metadata']['uid']}&limit=500")[1]
    expect(events["kind"], "EventList")
    gone = asked("DELETE", devices + "/lamp", body={"kind": "DeleteOptions", "apiVersion": f"{GROUP}/{VERSION}",
                                                   "propagationPolicy": "Background"})[1]
    expect((gone["status"], gone["details"]["kind"]), ("Success", "devices"))
    expect(asked("GET", devices, table)[1]["rows"], [])


def case_streaming_list(custom):
    """The list that client-go asks a watch for since 1.35: what there is, a bookmark that says so, then what happens."""
    path = "/apis/devices.kubeedge.io/v1beta1/namespaces/default/devices"
    for name in ("one", "two"):
        custom.create_namespaced_custom_object(*DEVICES, device(name))
    stream = asked("GET", path + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
                   "&allowWatchBookmarks=true&timeoutSeconds=60")[1]
    events = (json.loads(line) for line in stream)
    seen = [next(events) for _ in range(3)]
    expect([event["type"] for event in seen], ["ADDED", "ADDED", "BOOKMARK"])
    mark = seen[2]["object"]
    expect((mark["kind"], mark["metadata"]["annotations"]), ("Device", {"k8s.io/initial-events-end": "true"}))
    custom.delete_namespaced_custom_object(*DEVICES, "one")
    for event in events:
        assert int(event["object"]["metadata"]["resourceVersion"]) > int(mark["metadata"]["resourceVersion"]), event
        if event["type"] == "DELETED":
            break
    expect(event["object"]["metadata"]["name"], "one")
    stream.close()
    body = refused(422, "Invalid", client.ApiClient().call_api, path + "?watch=true&sendInitialEvents=true", "GET",
                   auth_settings=[], response_type="object")
    expect(body["details"]["causes"][0]["field"], "resourceVersionMatch")


def case_metadata_and_tables(custom):
    """What metadata informers and kubectl's watches are sent: parts of objects, and rows, also one by one."""
    path = "/apis/devices.kubeedge.io/v1beta1/namespaces/default/devices"
    custom.create_namespaced_custom_object(*DEVICES, device("lamp", labels={"room": "hall"}))
    part = ("application/vnd.kubernetes.protobuf;as=PartialObjectMetadata{0};g=meta.k8s.io;v=v1,"
            "application/json;as=PartialObjectMetadata{0};g=meta.k8s.io;v=v1,application/json")
    listed = asked("GET", path, part.format("List"))[1]
    expect((listed["kind"], listed["items"][0]["kind"]), ("PartialObjectMetadataList", "PartialObjectMetadata"))
    expect((listed["items"][0]["metadata"]["labels"], "spec" in listed["items"][0]), ({"room": "hall"}, False))
    expect(asked("GET", path + "/lamp", part.format(""))[1]["kind"], "PartialObjectMetadata")
    for accept, kind in ((part.format(""), "PartialObjectMetadata"),
                         ("application/json;as=Table;v=v1;g=meta.k8s.io", "Table")):
        stream = asked("GET", path + "?watch=true&timeoutSeconds=1", accept)[1]
        events = [json.loads(line) for line in stream]
        expect([(event["type"], event["object"]["kind"]) for event in events], [("ADDED", kind)])
    expect(len(events[0]["object"]["rows"]), 1)
    for accept in ("application/vnd.kubernetes.protobuf", "application/cbor", "text/html"):
        refused(406, "NotAcceptable", client.ApiClient().call_api, path, "GET", auth_settings=[],
                header_params={"Accept": accept}, response_type="object")
    media = asked("GET", path, "application/cbor, application/vnd.kubernetes.protobuf, application/json")[0]
    expect(media, "application/json")


def main():
    config.load_kube_config()
    globals()["case_" + sys.argv[1]](client.CustomObjectsApi())


main()
