using System.Net;
using System.Net.Sockets;
using Cloud.Api.WellKnown;

namespace Cloud.Api.Rest.Records;

/// <summary><c>/domains/{domain}/dns</c>: the records that a domain needs, and which of them are published.</summary>
static class RecordResource
{
    const string Template = "/domains/{domain}/dns";

    /// <summary>Other servers that may send for a domain: RFC 7208 §4.6.4 has ten look-ups.</summary>
    const int MaxIncludes = 10;

    static readonly IReadOnlyList<QueryParameter> Plan =
    [
        new("host", "The server's name; what it calls itself where it is missing"),
        new("ipv4", "Its address: then its own records are among them"),
        new("ipv6", "Its IPv6 address"),
        new("spfInclude", "Domains whose servers send for it, between commas"),
        new("spfSoftFail", "SPF ends in ~all: mail may also leave by other hosts", "boolean"),
        new("pages", "False: port 443 of the server is not ours; no MTA-STS, no autoconfig", "boolean"),
        new("mtaSts", "What the server tells senders: none, testing or enforce; testing"),
    ];

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get(Template, ApiScope.Admin, "List the DNS records that a domain needs", ListAsync) with
        {
            Response = RecordJson.Default.PageDnsRecord,
            Query = Plan,
        },
        Route.Get($"{Template}/check", ApiScope.Admin, "Look up which of the records are published", CheckAsync) with
        {
            Response = RecordJson.Default.PageRecordFinding,
            Query = Plan,
        },
    ];

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel) =>
        ApiAnswer.Ok(new(await RecordsAsync(call, cancel)), RecordJson.Default.PageDnsRecord);

    static async ValueTask<ApiAnswer> CheckAsync(ApiCall call, CancellationToken cancel)
    {
        var records = await RecordsAsync(call, cancel);
        return ApiAnswer.Ok(new(await LookUpAsync(call, records, cancel)), RecordJson.Default.PageRecordFinding);
    }

    /// <summary>Looks up which of some records are published.</summary>
    /// <exception cref="ApiException">409: this server asks nobody.</exception>
    public static async ValueTask<IReadOnlyList<RecordFinding>> LookUpAsync(
        ApiCall call,
        IReadOnlyList<DnsRecord> records,
        CancellationToken cancel
    ) =>
        call.Rooms.Web is { } web
            ? await new RecordCheck(web.Resolver).RunAsync(records, cancel)
            : throw new ApiException(ApiProblem.Conflict("no-resolver", "No name server is asked here."));

    static async ValueTask<IReadOnlyList<DnsRecord>> RecordsAsync(ApiCall call, CancellationToken cancel)
    {
        var domain = await call.DomainNameAsync(call["domain"], cancel);
        var now = call.Rooms.Time.GetUtcNow();
        var pairs = await call.Rooms.Administration.ListKeysAsync(domain, cancel);
        var plan = new DnsPlan([domain], Name("host", call.Query("host") ?? call.Rooms.HostName))
        {
            IPv4 = Address(call, "ipv4", AddressFamily.InterNetwork),
            IPv6 = Address(call, "ipv6", AddressFamily.InterNetworkV6),
            SpfIncludes = Includes(call),
            SpfSoftFail = call.Switch("spfSoftFail") == true,
            Pages = call.Switch("pages") != false,
            StsMode = Mode(call),
            Keys = new Dictionary<string, IReadOnlyList<Flow.Keys.DomainKeyPair>>
            {
                [domain] = [.. pairs.Where(pair => !(pair.Until < now))],
            },
        };
        return DnsRecords.For(plan);
    }

    static string[] Includes(ApiCall call)
    {
        var names = (call.Query("spfInclude") ?? "").Split(
            ',',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
        );
        return names.Length <= MaxIncludes
            ? [.. names.Select(name => Name("spfInclude", name))]
            : throw Wrong("spfInclude", $"Up to {MaxIncludes} domains.");
    }

    static string Name(string parameter, string text) =>
        DomainName.ToAscii(text.TrimEnd('.')) ?? throw Wrong(parameter, $"{parameter} is no name of a host.");

    static IPAddress? Address(ApiCall call, string parameter, AddressFamily family)
    {
        if (call.Query(parameter) is not { } text)
            return null;
        return IPAddress.TryParse(text, out var address) && address.AddressFamily == family
            ? address
            : throw Wrong(parameter, $"{parameter} is no such address.");
    }

    static StsMode Mode(ApiCall call) =>
        call.Query("mtaSts") switch
        {
            null or "testing" => StsMode.Testing,
            "none" => StsMode.None,
            "enforce" => StsMode.Enforce,
            _ => throw Wrong("mtaSts", "mtaSts is none, testing or enforce."),
        };

    static ApiException Wrong(string parameter, string detail) => new(ApiProblem.BadParameter(parameter, detail));
}
