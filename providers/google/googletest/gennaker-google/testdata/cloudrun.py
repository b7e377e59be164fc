"""Reads and changes a Cloud Run with Google's own client, and says what it found."""
import sys

from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import GoogleAPICallError
from google.auth.credentials import AnonymousCredentials
from google.cloud import run_v2

url, parent = sys.argv[1], sys.argv[2]
about = dict(client_options=ClientOptions(api_endpoint=url), credentials=AnonymousCredentials(), transport="rest")
services, revisions = run_v2.ServicesClient(**about), run_v2.RevisionsClient(**about)


def service(image, **more):
    template = run_v2.RevisionTemplate(containers=[run_v2.Container(image=image)])
    return run_v2.Service(template=template, **more)


made = services.create_service(parent=parent, service=service("shop:1"), service_id="shop-web").result(timeout=20)
print("made", made.name.split("/")[-1], made.terminal_condition.state.name, made.traffic_statuses[0].percent)
made.template.containers[0].image = "shop:2"
changed = services.update_service(service=made).result(timeout=20)
print("changed", changed.generation, changed.template.containers[0].image, changed.reconciling)
for r in revisions.list_revisions(parent=made.name):
    print("revision", r.containers[0].image, r.conditions[0].type_, r.conditions[0].state.name, r.service)
try:
    services.update_service(service=made).result(timeout=20)
except GoogleAPICallError as refusal:
    print("refusal", type(refusal).__name__, refusal.code)
services.delete_service(name=made.name).result(timeout=20)
print("left", len(list(services.list_services(parent=parent))))
