"""Applications, and the tags of everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.codedeploy.configs import BAD_TOKEN
from sandbox.world.codedeploy.records import Application
from sandbox.world.moments import moment
from sandbox.world.paging import page

if TYPE_CHECKING:
    from sandbox.world.codedeploy.store import Store

PLATFORMS = ("Server", "Lambda", "ECS")
MOST_IN_A_BATCH = 100


class Applications:
    """The calls on applications and tags."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.operations: dict[str, Handler] = {
            "CreateApplication": self.create,
            "GetApplication": self.get,
            "BatchGetApplications": self.batch_get,
            "ListApplications": self.list_all,
            "UpdateApplication": self.update,
            "DeleteApplication": self.delete,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.list_tags,
        }

    def create(self, params: Params, _: Caller) -> Answer:
        name = _valid_name(params.get("applicationName"))
        platform = params.get("computePlatform", "Server")
        if platform not in PLATFORMS:
            raise AwsError("InvalidComputePlatformException", f"The compute platform {platform} is not valid")
        if name in self._store.applications:
            raise AwsError("ApplicationAlreadyExistsException", f"Application already exists: {name}")
        made = Application(self._store.new_uuid(), name, platform, self._store.now)
        self._store.applications[name] = made
        arn = self._store.place.arn("codedeploy", f"application:{name}")
        self._store.tags[arn] = _tags(params.get("tags"))
        return {"applicationId": made.id}

    def get(self, params: Params, _: Caller) -> Answer:
        return {"application": _shape(self._store.application(params.get("applicationName")))}

    def batch_get(self, params: Params, _: Caller) -> Answer:
        names = params.get("applicationNames") or []
        if not names:
            raise AwsError("ApplicationNameRequiredException", "Application names are missing")
        if len(names) > MOST_IN_A_BATCH:
            raise AwsError("BatchLimitExceededException", f"The maximum number of applications is {MOST_IN_A_BATCH}")
        return {"applicationsInfo": [_shape(self._store.application(name)) for name in names]}

    def list_all(self, params: Params, _: Caller) -> Answer:
        shown, token = page(list(self._store.applications), params.get("nextToken"), 100, BAD_TOKEN)
        return {"applications": shown, **({"nextToken": token} if token else {})}

    def update(self, params: Params, _: Caller) -> Answer:
        """A new name; its groups come along."""
        store = self._store
        application = store.application(params.get("applicationName"))
        name = _valid_name(params.get("newApplicationName"))
        if name in store.applications:
            raise AwsError("ApplicationAlreadyExistsException", f"Application already exists: {name}")
        for group in list(store.groups_of(application.name)):
            store.groups[name, group.name] = store.groups.pop((application.name, group.name))
            group.shape["applicationName"] = name
        del store.applications[application.name]
        store.applications[name] = application
        application.name = name
        return {}

    def delete(self, params: Params, _: Caller) -> Answer:
        """Its groups go with it; an unknown one is no error."""
        store, name = self._store, params.get("applicationName")
        if not name:
            raise AwsError("ApplicationNameRequiredException", "Application name is missing")
        if store.applications.pop(name, None) is not None:
            for group in list(store.groups_of(name)):
                del store.groups[name, group.name]
        return {}

    def tag(self, params: Params, _: Caller) -> Answer:
        self._store.tags[self._tagged(params)].update(_tags(params.get("Tags")))
        return {}

    def untag(self, params: Params, _: Caller) -> Answer:
        tags = self._store.tags[self._tagged(params)]
        for key in params.get("TagKeys") or []:
            tags.pop(key, None)
        return {}

    def list_tags(self, params: Params, _: Caller) -> Answer:
        tags = self._store.tags[self._tagged(params)]
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _tagged(self, params: Params) -> str:
        arn = params.get("ResourceArn")
        if not arn:
            raise AwsError("ResourceArnRequiredException", "Resource ARN is missing")
        if arn not in self._store.tags:
            raise AwsError("InvalidArnException", f"The ARN {arn} is not one of an application or a deployment group")
        return str(arn)


def _valid_name(name: str | None) -> str:
    if not name:
        raise AwsError("ApplicationNameRequiredException", "Application name is missing")
    if len(name) > 100:
        raise AwsError("InvalidApplicationNameException", "Application names have at most 100 characters")
    return name


def _tags(tags: list[Params] | None) -> dict[str, str]:
    return {tag["Key"]: tag.get("Value", "") for tag in tags or []}


def _shape(application: Application) -> Answer:
    return {
        "applicationId": application.id,
        "applicationName": application.name,
        "createTime": moment(application.created_at),
        "linkedToGitHub": False,
        "computePlatform": application.platform,
    }
