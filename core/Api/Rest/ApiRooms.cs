using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Api.Rest.Keys;

namespace Cloud.Api.Rest;

/// <summary>What resources ask: the rooms on one store.</summary>
public sealed class ApiRooms(Backend backend, LocalGateway gateway, ApiOptions options, Func<ApiWeb>? web)
{
    internal Backend Backend => backend;

    internal LocalGateway Gateway => gateway;

    readonly Lazy<ApiWeb?> world = new(() => web?.Invoke());

    internal ApiOptions Options => options;

    /// <summary>Whom it asks in the world; null where it may ask nobody.</summary>
    internal ApiWeb? Web => world.Value;

    internal Administration Administration { get; } = new(backend);

    internal ApiKeys Keys { get; } = new(backend.Directory, backend.Accounts.Time);

    internal CursorSeal Cursors { get; } = new(backend.Directory, backend.Accounts.Entropy);

    internal LargeBodies LargeBodies { get; } = new(options.LargeBodies, backend.Accounts.Time);

    /// <summary>What the server calls itself.</summary>
    internal string HostName => backend.HostName;

    internal TimeProvider Time => backend.Accounts.Time;
}
