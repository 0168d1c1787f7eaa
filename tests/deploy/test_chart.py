"""The Helm chart: every object as Kubernetes takes it, and as a hospital's security people want it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
import yaml

from companion.settings import ROOT
from tests.conftest import missing
from tests.deploy.chart import render

CHART = ROOT / "deploy" / "helm" / "companion"
VALUES: dict[str, Any] = {"settings": {"COMPANION_CARE_LINE": "020 7946 0000"}}
VERSIONS = ["1.27", "1.28"]


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    return render(CHART, VALUES)


def of(documents: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in documents if one["kind"] == kind}


def pods(documents: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The pod specifications, by the name of what makes them."""
    return {
        one["metadata"]["name"]: one["spec"]["template"]["spec"]
        for one in documents
        if one["kind"] in ("Deployment", "Job")
    }


@pytest.fixture(scope="module")
def schemas() -> Any:
    """Kubernetes' own schemas, as a package brings them."""
    try:
        import kubernetes_validate
    except ImportError:
        missing("kubernetes-validate is not installed; run 'make setup'")
    return kubernetes_validate


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_is_one_that_kubernetes_takes(documents: list[dict[str, Any]], schemas: Any, version: str) -> None:
    for document in documents:
        # Strict: a misspelt field is an error, not ignored.
        schemas.validate(document, version, strict=True)


@pytest.mark.filterwarnings("ignore")
def test_a_misspelt_field_would_be_seen(documents: list[dict[str, Any]], schemas: Any) -> None:
    wrong = json.loads(json.dumps(next(one for one in documents if one["kind"] == "Deployment")))
    wrong["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    with pytest.raises(schemas.ValidationError):
        schemas.validate(wrong, VERSIONS[-1], strict=True)


def test_names_are_given_once(documents: list[dict[str, Any]]) -> None:
    names = [(one["kind"], one["metadata"]["name"]) for one in documents]
    assert len(names) == len(set(names))


def test_nobody_is_root_and_nothing_can_be_written_but_scratch(documents: list[dict[str, Any]]) -> None:
    assert len(pods(documents)) == 6
    for name, pod in pods(documents).items():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        for container in pod["containers"]:
            limits = container["securityContext"]
            assert limits["readOnlyRootFilesystem"] is True
            assert limits["allowPrivilegeEscalation"] is False
            assert limits["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]
            assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/tmp"]


def test_every_server_says_whether_it_lives_and_whether_it_is_ready(documents: list[dict[str, Any]]) -> None:
    for deployment in of(documents, "Deployment").values():
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        assert container["livenessProbe"]["httpGet"] == {"path": "/live", "port": "status"}
        assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "status"}
        assert container["startupProbe"]["failureThreshold"] * container["startupProbe"]["periodSeconds"] >= 60


def test_selectors_match_what_they_select(documents: list[dict[str, Any]]) -> None:
    labels = [one["spec"]["template"]["metadata"]["labels"] for one in of(documents, "Deployment").values()]
    for one in of(documents, "Deployment").values():
        assert one["spec"]["selector"]["matchLabels"].items() <= one["spec"]["template"]["metadata"]["labels"].items()
    selectors = [one["spec"]["selector"] for one in of(documents, "Service").values()]
    selectors += [one["spec"]["selector"]["matchLabels"] for one in of(documents, "PodDisruptionBudget").values()]
    for selector in selectors:
        assert sum(selector.items() <= label.items() for label in labels) == 1, selector


def test_no_secret_is_in_the_chart(documents: list[dict[str, Any]]) -> None:
    assert not of(documents, "Secret")
    for name, pod in pods(documents).items():
        sources = pod["containers"][0]["envFrom"]
        assert {"secretRef": {"name": "companion"}} in sources, name
    (settings,) = of(documents, "ConfigMap").values()
    assert not [name for name in settings["data"] if "SECRET" in name or "TOKEN" in name or "DATABASE" in name]


def test_a_secret_among_the_settings_is_refused() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    values["settings"]["COMPANION_CARE_LINE"] = "020 7946 0000"
    jsonschema.validate(values, schema)
    for change in ({"RASA_TOKEN": "x"}, {"COMPANION_CARE_LINE": ""}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**values, "settings": {**values["settings"], **change}}, schema)


def test_production_is_on_and_each_finds_the_other(documents: list[dict[str, Any]]) -> None:
    (settings,) = of(documents, "ConfigMap").values()
    data, services = settings["data"], of(documents, "Service")
    assert data["COMPANION_ENVIRONMENT"] == "production"
    assert (ROOT / data["COMPANION_ENDPOINTS"]).exists()
    for name in ("RASA_URL", "ACTION_SERVER_URL"):
        host, _, rest = data[name].removeprefix("http://").partition(":")
        assert services[host]["spec"]["ports"][0]["port"] == int(rest.partition("/")[0])


def test_only_the_page_and_the_desk_are_reached_from_outside(documents: list[dict[str, Any]]) -> None:
    (ingress,) = of(documents, "Ingress").values()
    reached = {rule["http"]["paths"][0]["backend"]["service"]["name"] for rule in ingress["spec"]["rules"]}
    assert reached == {"companion-web", "companion-desk"}
    assert ingress["spec"]["tls"]
    assert all(one["spec"]["type"] == "ClusterIP" for one in of(documents, "Service").values())


def test_nobody_talks_to_anybody_if_it_is_not_said(documents: list[dict[str, Any]]) -> None:
    policies = of(documents, "NetworkPolicy")
    nothing = policies["companion-nothing"]["spec"]
    assert set(nothing["policyTypes"]) == {"Ingress", "Egress"}
    assert "ingress" not in nothing
    assert "egress" not in nothing
    asks_rasa = policies["companion-rasa"]["spec"]["ingress"][0]["from"]
    assert [one["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for one in asks_rasa] == ["web"]
    outside = policies["companion-outside"]["spec"]["podSelector"]["matchExpressions"][0]["values"]
    assert not {"rasa", "actions"} & set(outside)


def test_what_may_grow_grows_with_the_load_and_never_stops_whole(documents: list[dict[str, Any]]) -> None:
    scalers, budgets = of(documents, "HorizontalPodAutoscaler"), of(documents, "PodDisruptionBudget")
    assert set(scalers) == {"companion-actions", "companion-rasa", "companion-web"}
    assert set(budgets) == set(of(documents, "Deployment"))
    for name, deployment in of(documents, "Deployment").items():
        # Two that both set the number would fight.
        assert ("replicas" in deployment["spec"]) != (name in scalers)


def test_one_of_each_needs_no_scaler_and_no_budget() -> None:
    one = {"servers": {"rasa": {"least": 1, "most": 1}}}
    documents = render(CHART, {**VALUES, **one})
    assert of(documents, "Deployment")["companion-rasa"]["spec"]["replicas"] == 1
    assert "companion-rasa" not in of(documents, "HorizontalPodAutoscaler")
    assert "companion-rasa" not in of(documents, "PodDisruptionBudget")


def test_every_command_is_one_that_the_program_knows(documents: list[dict[str, Any]]) -> None:
    known = (ROOT / "companion" / "__main__.py").read_text(encoding="utf-8")
    for pod in pods(documents).values():
        command = pod["containers"][0]["command"]
        if len(command) == 4:
            assert f'"{command[3]}": _' in known, f"no such command: {command[3]}"
