using Cloud.Wire.Limits;

namespace Cloud.Api.Rest;

/// <summary>What an operator may set of the API: <see cref="ApiSettings"/>.</summary>
public sealed record ApiOptions
{
    /// <summary>MiB of <see cref="ApiSettings.UploadsPerDay"/>, where nothing else is set: some hundred of the largest.</summary>
    public const int DefaultUploadsPerDay = 5 * 1024;

    /// <summary>MiB of <see cref="ApiSettings.UploadsKept"/>, where nothing else is set: fifty of the largest.</summary>
    public const int DefaultUploadsKept = 2 * 1024;

    /// <summary>Proxies before the API that tell in X-Forwarded-For whom they see; none by default.</summary>
    public NetworkList Proxies { get; init; } = NetworkList.Empty;

    /// <summary>Octets that one key may bring by <c>POST /uploads</c> on a day (UTC); 5 GiB by default.</summary>
    public long UploadsPerDay { get; init; } = DefaultUploadsPerDay * ApiSettings.Mebi;

    /// <summary>
    /// Octets of uploads that may lie here at a time for one mailbox, domain or tenant, whichever a key is for; 2 GiB by
    /// default. Each lies for a day.
    /// </summary>
    public long UploadsKept { get; init; } = DefaultUploadsKept * ApiSettings.Mebi;

    /// <summary>Requests with large bodies of JSON that are held in memory at a time: 64 MiB with their parts.</summary>
    internal int LargeBodies { get; init; } = 4;
}
