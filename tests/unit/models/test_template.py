import pytest

from assistant.models.llama.template import PLAIN_LAYOUT, ChatLayout, split_template

CHATML = (
    "{% for message in messages %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LAST_MESSAGE = "{{ bos_token }}<user>{{ messages[-1]['content'] | trim }}</user>\n<model>"
REFUSES_SYSTEM = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}"


def test_the_template_is_cut_around_the_texts():
    assert split_template(CHATML) == ChatLayout(
        "<|im_start|>system\n", "<|im_end|>\n<|im_start|>user\n", "", "<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.mark.parametrize("template", [LAST_MESSAGE, REFUSES_SYSTEM + LAST_MESSAGE], ids=["dropped", "refused"])
def test_without_a_system_role_the_instructions_go_to_the_user(template):
    assert split_template(template, bos="<bos>") == ChatLayout("<bos><user>", "\n\n", "", "</user>\n<model>")


def test_a_model_that_thinks_aloud_is_told_not_to():
    thinking = (
        CHATML + "{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}"
    )
    assert split_template(thinking).tail.endswith("<think>\n\n</think>\n\n")


def test_the_date_does_not_change_the_prompt():
    layout = split_template("{{ strftime_now('%d %b %Y') }}" + CHATML)
    assert layout.before_system.startswith("26 Jul 2024")


@pytest.mark.parametrize(
    "template",
    [
        None,
        "",
        "{% for %}",
        "{{ messages[5]['content'] }}",
        "{{ 1 / 0 }}",
        "{{ messages[1]['content'] }}{{ messages[1]['content'] }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}" + CHATML,
    ],
    ids=["none", "empty", "syntax", "index", "arithmetic", "twice", "escape from the sandbox"],
)
def test_an_unusable_template_gives_the_plain_layout(template):
    assert split_template(template) is PLAIN_LAYOUT
    assert not PLAIN_LAYOUT.from_model
