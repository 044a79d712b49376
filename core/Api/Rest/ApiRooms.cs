using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Api.Rest.Keys;

namespace Cloud.Api.Rest;

/// <summary>What resources ask: the rooms on one store.</summary>
public sealed class ApiRooms(Backend backend, LocalGateway gateway)
{
    internal Backend Backend => backend;

    internal LocalGateway Gateway => gateway;

    internal Administration Administration { get; } = new(backend);

    internal ApiKeys Keys { get; } = new(backend.Directory, backend.Accounts.Time);

    internal CursorSeal Cursors { get; } = new(backend.Directory, backend.Accounts.Entropy);

    /// <summary>What the server calls itself.</summary>
    internal string HostName => backend.HostName;

    internal TimeProvider Time => backend.Accounts.Time;
}
