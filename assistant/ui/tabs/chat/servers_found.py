"""What the settings dialog asks about servers of models on this computer: which answer, add one, try it out."""

from __future__ import annotations

from assistant.api.calls import Payload, call
from assistant.app.assistant import Assistant
from assistant.app.servers import add_server, offered_entry
from assistant.errors import UsageError
from assistant.models.remote.server_check import USUAL_PORTS, find_servers, try_out


class OfferedModel(Payload):
    """A model that a server offers. ``name`` is what it is called in the settings; empty while it is not there."""

    model: str
    name: str


class ServerFound(Payload):
    """A server on this computer; ``fault`` says why it does not tell its models, and is empty if it does."""

    program: str
    url: str
    fault: str
    models: list[OfferedModel]


class ServersFound(Payload):
    """The servers that answer, and what that means in words."""

    servers: list[ServerFound]
    says: str


class AddedServer(Payload):
    """A model that was added, and that in words."""

    name: str
    done: str


class TriedAbility(Payload):
    """Whether a server can do something, and what that means for the student."""

    has: bool
    says: str


class TriedServer(Payload):
    """What came of trying a model out."""

    abilities: list[TriedAbility]


class ServerHandlers:
    """Finds, adds and tries out models of servers on this computer; another one is allowed in the terminal only."""

    area = "servers"

    def __init__(self, service: Assistant) -> None:
        self._service = service

    @call
    def find(self) -> ServersFound:
        """Asks the usual ports of this computer which models are offered there."""
        known = {(one.url, one.model): one.name for one in self._service.models.servers()}
        servers = [
            ServerFound(
                program=one.program,
                url=one.url,
                fault=one.fault,
                models=[OfferedModel(model=model, name=known.get((one.url, model), "")) for model in one.models],
            )
            for one in find_servers()
        ]
        ports = ", ".join(f"{program} ({port})" for program, port in USUAL_PORTS)
        says = "" if servers else f"No server of models answers on this computer. Looked for {ports}."
        return ServersFound(servers=servers, says=says)

    @call
    def add(self, url: str, model: str) -> AddedServer:
        """Adds a model that a server on this computer offers."""
        entry = offered_entry(self._service.workspace, url, model)
        if not entry.is_local:
            raise UsageError(
                f"{model} is on {entry.host}, not on this computer: your questions and passages would go there.",
                hint="If that is what you want, add it in a terminal: assistant models add, with --allow-remote.",
            )
        add_server(self._service.workspace, entry)
        return AddedServer(name=entry.name, done=f"{entry.name} was added. Choose it among the models above.")

    @call
    def check(self, name: str) -> TriedServer:
        """Tries a model out with four short questions that say nothing of the notes."""
        server = next((one for one in self._service.models.servers() if one.name == name), None)
        if server is None:
            raise UsageError(f"There is no model {name} of a server.", hint="Close the settings and open them again.")
        return TriedServer(abilities=[TriedAbility(has=one.has, says=one.means) for one in try_out(server)])
