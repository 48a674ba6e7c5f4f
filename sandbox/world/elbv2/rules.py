"""Listener rules: made, described, changed, deleted; the default rule is the listener's own actions."""

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params, copied
from sandbox.world.elbv2.forwarding import normalised
from sandbox.world.elbv2.pages import paged
from sandbox.world.elbv2.records import Listener, Rule
from sandbox.world.elbv2.registry import Registry
from sandbox.world.elbv2.tags import tag_map


class Rules:
    """The calls on rules."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.operations: dict[str, Handler] = {
            "CreateRule": self.create,
            "DescribeRules": self.describe,
            "ModifyRule": self.modify,
            "DeleteRule": self.delete,
            "SetRulePriorities": self.set_priorities,
        }

    def create(self, params: Params, _: Caller) -> Answer:
        registry = self._registry
        listener = registry.listener(params["ListenerArn"])
        priority = int(params["Priority"])
        if any(rule.priority == priority for rule in registry.rules_of(listener.arn)):
            raise AwsError("PriorityInUse", f"Priority '{priority}' is currently in use")
        actions = normalised(params["Actions"], registry.group_exists)
        arn = f"{listener.arn.replace(':listener/', ':listener-rule/')}/{registry.new_id()}"
        rule = Rule(arn, listener.arn, priority, copied(list(params["Conditions"])), actions)
        registry.rules[arn] = rule
        registry.tags[arn] = tag_map(params.get("Tags"))
        registry.note_use(arn, [], actions)
        return {"Rules": [_shape(rule)]}

    def describe(self, params: Params, _: Caller) -> Answer:
        registry = self._registry
        if arns := params.get("RuleArns"):
            shapes = [self._by_arn(arn) for arn in arns]
        elif arn := params.get("ListenerArn"):
            listener = registry.listener(arn)
            shapes = [*map(_shape, registry.rules_of(arn)), _default(listener)]
        else:
            raise AwsError("ValidationError", "You must specify either listener rule ARNs or a listener ARN")
        shown, following = paged(shapes, params)
        return {"Rules": shown, **following}

    def _by_arn(self, arn: str) -> Answer:
        for listener in self._registry.listeners.values():
            if arn == default_rule_arn(listener):
                return _default(listener)
        return _shape(self._registry.rule(arn))

    def modify(self, params: Params, _: Caller) -> Answer:
        rule = self._own(params["RuleArn"], "modified")
        if params.get("Actions"):
            self.set_actions(rule, normalised(params["Actions"], self._registry.group_exists))
        if params.get("Conditions"):
            rule.conditions = copied(list(params["Conditions"]))
        return {"Rules": [_shape(rule)]}

    def set_actions(self, rule: Rule, actions: list[Answer]) -> None:
        before, rule.actions = rule.actions, actions
        self._registry.note_use(rule.arn, before, actions)

    def delete(self, params: Params, _: Caller) -> Answer:
        self._registry.drop_rule(self._own(params["RuleArn"], "deleted"))
        return {}

    def set_priorities(self, params: Params, _: Caller) -> Answer:
        changed = []
        for pair in params["RulePriorities"]:
            rule = self._own(pair["RuleArn"], "modified")
            rule.priority = int(pair["Priority"])
            changed.append(_shape(rule))
        return {"Rules": changed}

    def _own(self, arn: str, done: str) -> Rule:
        if any(arn == default_rule_arn(listener) for listener in self._registry.listeners.values()):
            raise AwsError("OperationNotPermitted", f"Default rule '{arn}' cannot be {done}")
        return self._registry.rule(arn)


def default_rule_arn(listener: Listener) -> str:
    """Derived from the listener's ARN, so that it needs no record of its own."""
    return f"{listener.arn.replace(':listener/', ':listener-rule/')}/{listener.arn.rsplit('/', 1)[1][::-1]}"


def _default(listener: Listener) -> Answer:
    return {
        "RuleArn": default_rule_arn(listener),
        "Priority": "default",
        "Conditions": [],
        "Actions": copied(listener.actions),
        "IsDefault": True,
    }


def _shape(rule: Rule) -> Answer:
    return {
        "RuleArn": rule.arn,
        "Priority": str(rule.priority),
        "Conditions": copied(rule.conditions),
        "Actions": copied(rule.actions),
        "IsDefault": False,
    }
