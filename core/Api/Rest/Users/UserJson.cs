using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Api.Rest.Users;

/// <param name="Password">One is made up and answered where it is missing.</param>
/// <param name="Shared">A shared mailbox: nobody logs in, so it has no password, and others read it as they are granted to.</param>
public sealed record NewUser(string Address, string? Password = null, bool Shared = false);

/// <summary>What is missing stays as it is.</summary>
/// <param name="SavesSent">The server puts a copy of what the user sends into Sent.</param>
/// <param name="UsesVerp">Each recipient elsewhere gets a return path of its own.</param>
/// <param name="SendsAs">All that the user may send as beside its own addresses: addresses, or <c>*@domain</c>.</param>
public sealed record UserChange(
    string? Password = null,
    bool? SavesSent = null,
    bool? UsesVerp = null,
    IReadOnlyList<string>? SendsAs = null
);

/// <param name="Octets">Used by its messages.</param>
/// <param name="Quota">Octets that they may use; 0 for no limit.</param>
/// <param name="Suspended">No login and no sending; mail still comes in.</param>
/// <param name="Deleted">No login, no sending and no mail.</param>
/// <param name="KeptUntil">Of a deleted one: until then it can be had back; missing where it is being removed.</param>
/// <param name="Shared">A shared mailbox: nobody logs in.</param>
public sealed record UserDetails(
    string Address,
    long Messages,
    long Octets,
    bool SavesSent,
    bool UsesVerp,
    IReadOnlyList<string> SendsAs,
    Forward? Forward,
    long Quota,
    bool Suspended,
    bool Deleted,
    DateTimeOffset? KeptUntil,
    bool Shared
);

/// <param name="Targets">Where the user's mail goes, here or elsewhere.</param>
/// <param name="Keeps">The user's own mailbox gets it as well.</param>
public sealed record Forward(IReadOnlyList<string> Targets, bool Keeps = true);

/// <param name="Password">Where one was made up: shown this once.</param>
public sealed record MadeUser(UserDetails User, string? Password = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = ApiLimits.JsonDepth
)]
[JsonSerializable(typeof(NewUser))]
[JsonSerializable(typeof(UserChange))]
[JsonSerializable(typeof(UserDetails))]
[JsonSerializable(typeof(Forward))]
[JsonSerializable(typeof(MadeUser))]
[JsonSerializable(typeof(Page<UserDetails>))]
public sealed partial class UserJson : JsonSerializerContext;
