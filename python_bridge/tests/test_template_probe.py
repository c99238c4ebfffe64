"""What a template supports is found by rendering it."""

import pytest

from pensieve_bridge.model import load_model
from pensieve_bridge.template_probe import TemplateFacts

from .tiny_models import Spec, cached

FACTS = {
    "qwen": TemplateFacts("anywhere", True, True, True, False, "enable_thinking", False),
    "first_only": TemplateFacts("first", True, True, True, False, None, True),
    "alternating": TemplateFacts("first", False, False, False, True, None, False),
    "no_system": TemplateFacts("none", False, False, True, False, None, False),
    "plain": TemplateFacts("first", False, False, False, False, None, False),
    "none": TemplateFacts("anywhere", False, False, True, False, None, False),
}


@pytest.mark.parametrize("template", FACTS)
def test_the_facts_of_a_template(template: str) -> None:
    model = load_model(cached(Spec(layers=1, template=template)))
    assert model.facts.template == FACTS[template]
