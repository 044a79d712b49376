namespace Cloud.Functions.Authorization;

/// <summary>Which access tokens of Entra ID may call.</summary>
/// <param name="Tenant">The directory that must have issued it.</param>
/// <param name="Audiences">The app's id and its id URI; at least one.</param>
/// <param name="Role">The app role that must have been given to the caller.</param>
/// <param name="Clients">Callers' application ids; empty lets pass whoever has the role.</param>
sealed record TokenRules(Guid Tenant, IReadOnlyList<string> Audiences, string Role, IReadOnlyList<Guid> Clients)
{
    public const string DefaultRole = "Gateway.Call";

    /// <summary>How far the clocks may differ; what Microsoft's own libraries allow.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    /// <summary>Where Entra ID in the public cloud answers.</summary>
    public static readonly Uri PublicCloud = new("https://login.microsoftonline.com/");

    /// <summary>Tokens of version 2 name the first, those of version 1 the second: the app's manifest decides.</summary>
    public bool IsIssuer(string issuer) =>
        issuer == $"https://login.microsoftonline.com/{Tenant}/v2.0" || issuer == $"https://sts.windows.net/{Tenant}/";
}
