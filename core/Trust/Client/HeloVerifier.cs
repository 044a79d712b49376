using System.Net;
using System.Net.Sockets;
using Cloud.Dns;
using Cloud.Trust.Spf;
using Cloud.Wire;

namespace Cloud.Trust.Client;

/// <summary>Who we are, and how much a check may cost.</summary>
public sealed record HeloOptions
{
    /// <summary>Names that nobody else can have: our host's, and the domains whose mail comes here.</summary>
    public IReadOnlyCollection<DnsName> OurNames { get; init; } = [];

    /// <summary>Addresses of this host as others see them. Loopback always is ours.</summary>
    public IReadOnlyCollection<IPAddress> OurAddresses { get; init; } = [];

    /// <summary>Time for one check. Two questions in a row; a resolver tries 5 s for one.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Looks at the name that a client gives itself in HELO or EHLO.</summary>
/// <remarks>
/// What it finds is for a score: RFC 5321 §4.1.4 forbids to refuse mail because the name does not verify. Nothing is
/// thrown; a check ends with its time or its asker's.
/// </remarks>
public sealed class HeloVerifier(IResolver resolver, TimeProvider clock, HeloOptions? options = null)
{
    readonly HeloOptions options = options ?? new();

    /// <param name="client">Its address; an IPv4-mapped one counts as IPv4.</param>
    /// <param name="helo">As received, whatever it is.</param>
    /// <param name="cancel">Ends the check: what is not known by then is <see cref="HeloFinding.TempError"/>.</param>
    public async Task<HeloVerdict> CheckAsync(IPAddress client, string helo, CancellationToken cancel)
    {
        var address = PlainAddress.Of(client);
        var verdict = new Draft(Line.Of(helo));
        if (TryParseLiteral(helo, out var literal) || IPAddress.TryParse(helo, out literal))
            Compare(verdict, PlainAddress.Of(literal), address, isBare: helo[0] != '[');
        else if (helo is ['[', ..] || SpfNames.TryParse(helo) is not { IsRoot: false } name || !IsHost(name))
            verdict.Find(HeloFinding.Malformed, "it is no domain name");
        else
            await LookUpAsync(verdict, name, address, cancel);
        return verdict.End();
    }

    static bool IsHost(DnsName name) => HostNames.IsHost(name.ToString());

    void Compare(Draft verdict, IPAddress literal, IPAddress client, bool isBare)
    {
        if (isBare)
            verdict.Find(HeloFinding.BareAddress, "it is an address without brackets");
        if (literal.Equals(client))
        {
            verdict.Note("it is the client's address");
            return;
        }

        if (IsOurs(literal))
            verdict.Find(HeloFinding.IsOurAddress, $"{literal} is our own address");
        verdict.Find(HeloFinding.LiteralMismatch, $"the client's address is {client}");
    }

    async Task LookUpAsync(Draft verdict, DnsName name, IPAddress client, CancellationToken cancel)
    {
        verdict.Name = name;
        if (options.OurNames.Contains(name) && !IsOurs(client))
            verdict.Find(HeloFinding.IsOurName, $"{name} is our own name");
        if (name.LabelCount == 1)
        {
            verdict.Find(HeloFinding.NotQualified, "it is not fully qualified");
            return; // Asked for, it would be a name below the root, which means nothing here.
        }

        using var questions = new TimedQuestions(resolver, clock, options.Timeout, cancel);
        var asked = new[] { questions.AskAsync(name, RecordType.A), questions.AskAsync(name, RecordType.Aaaa) };
        var answers = await Task.WhenAll(asked);
        Array.ForEach(answers, answer => verdict.Note(answer.ToString()));
        if (answers.Any(answer => Leads(answer, client)))
        {
            verdict.Note($"{name} leads to the client");
            return;
        }

        // A failed half may have been the one with the client's address.
        var family = client.AddressFamily == AddressFamily.InterNetwork ? answers[0] : answers[1];
        if (family.IsFailure)
            verdict.Find(HeloFinding.TempError, $"the name server failed: {family.Reason}");
        else if (answers.Any(answer => answer.IsAnswer))
            verdict.Find(HeloFinding.DoesNotMatchClient, $"{name} does not lead to {client}");
        else
            await LookUpExchangesAsync(verdict, questions, name, answers);
    }

    static async Task LookUpExchangesAsync(Draft verdict, TimedQuestions questions, DnsName name, DnsAnswer[] addresses)
    {
        // Where the name is not there at all, neither are its mail exchanges. RFC 8020.
        var isThere = addresses.All(answer => answer.Kind != AnswerKind.NoSuchName);
        var exchanges = isThere ? await questions.AskAsync(name, RecordType.Mx) : null;
        if (exchanges is not null)
            verdict.Note(exchanges.ToString());
        if (exchanges?.IsAnswer == true)
            verdict.Find(HeloFinding.DoesNotMatchClient, $"{name} has mail exchanges, but no address");
        else if (exchanges?.IsFailure == true || addresses.Any(answer => answer.IsFailure))
            verdict.Find(HeloFinding.TempError, "the name server failed");
        else
            verdict.Find(HeloFinding.DoesNotResolve, $"{name} has neither addresses nor mail exchanges");
    }

    static bool Leads(DnsAnswer answer, IPAddress client) =>
        answer.Records.OfType<AddressRecord>().Any(record => record.Address.Equals(client));

    bool IsOurs(IPAddress address) =>
        IPAddress.IsLoopback(address) || options.OurAddresses.Any(ours => PlainAddress.Of(ours).Equals(address));

    /// <summary><c>[192.0.2.1]</c> or <c>[IPv6:2001:db8::1]</c>. RFC 5321 §4.1.3.</summary>
    static bool TryParseLiteral(string text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.Length == 0 || text[0] != '[' || !Mail.EmailAddress.IsDomain(text))
            return false;
        var inner = text.AsSpan(1, text.Length - 2);
        if (inner.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase))
            inner = inner[5..];
        return IPAddress.TryParse(inner, out address!);
    }

    /// <summary>A verdict while it is put together.</summary>
    sealed class Draft(string helo)
    {
        readonly StepList steps = new();
        readonly List<HeloFinding> findings = [];
        readonly List<string> reasons = [];
        string last = "";

        public DnsName? Name { get; set; }

        public void Note(string step) => steps.Add(last = step);

        public void Find(HeloFinding finding, string reason)
        {
            findings.Add(finding);
            reasons.Add(reason);
            steps.Add($"{finding}: {reason}");
        }

        public HeloVerdict End() =>
            new(helo, Name, findings, Line.Of(reasons.Count > 0 ? string.Join("; ", reasons) : last), steps.All);
    }
}
