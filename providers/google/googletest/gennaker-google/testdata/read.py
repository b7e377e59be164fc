# Reads a Compute Engine with Google's own Python client, and prints what it
# found, a line each: read.py ENDPOINT PROJECT ZONE GROUP
import sys

from google.auth.credentials import AnonymousCredentials
from google.cloud import compute_v1

endpoint, project, zone, group = sys.argv[1:]


def client(kind):
    return getattr(compute_v1, kind + "Client")(credentials=AnonymousCredentials(), client_options={"api_endpoint": endpoint})


def show(kind, *words):
    print(kind, *words)


for image in client("Images").list(project=project):
    show("image", image.name, image.status, image.labels.get("stage"))
for where, some in client("InstanceGroupManagers").aggregated_list(project=project):
    for g in some.instance_group_managers:
        show("group", where, g.name, g.target_size, g.status.is_stable, g.current_actions.none)
for i in client("InstanceGroupManagers").list_managed_instances(project=project, zone=zone, instance_group_manager=group):
    show("managed", i.current_action, i.instance_status, i.version.instance_template.split("/")[-1])
for i in client("Instances").list(project=project, zone=zone):
    show("instance", i.status, i.machine_type.split("/")[-1], [item.key for item in i.metadata.items if item.key == "created-by"])
service = client("BackendServices").get(project=project, backend_service="shop")
for backend in service.backends:
    found = client("BackendServices").get_health(
        project=project, backend_service="shop", resource_group_reference_resource=compute_v1.ResourceGroupReference(group=backend.group))
    for state in found.health_status:
        show("health", state.health_state, state.port)
for rule in client("GlobalForwardingRules").list(project=project):
    show("rule", rule.name, rule.target.split("/")[-2])
for pool in client("TargetPools").list(project=project, region=zone[:-2]):
    show("pool", pool.name, len(pool.health_checks))
for template in client("InstanceTemplates").list(project=project):
    show("template", template.name, template.properties.disks[0].initialize_params.source_image.split("/")[-1])
change = client("InstanceGroupManagers").resize_unary(project=project, zone=zone, instance_group_manager=group, size=3)
show("operation", client("ZoneOperations").wait(project=project, zone=zone, operation=change.name).status.name)
show("resized", client("InstanceGroupManagers").get(project=project, zone=zone, instance_group_manager=group).target_size)
try:
    client("InstanceTemplates").get(project=project, instance_template="none")
except Exception as refusal:
    show("refusal", type(refusal).__name__, refusal.code)
