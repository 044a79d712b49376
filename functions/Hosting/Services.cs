using Cloud.Api.Gateway;

namespace Cloud.Functions.Hosting;

/// <summary>What the functions call: the rooms of core on this app's storage.</summary>
/// <remarks>
/// Nothing here may hold what another instance would need: HTTP functions share instances, each queue and timer
/// function runs on its own, and each may be killed at any moment.
/// </remarks>
sealed record Services(Backend Backend, IAuthorization GatewayCallers);
