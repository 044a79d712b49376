using System.Net;
using System.Net.Sockets;
using Cloud.Dns;
using Cloud.Trust.Spf;
using Cloud.Wire;

namespace Cloud.Trust.Client;

/// <summary>How much a check may cost.</summary>
public sealed record IprevOptions
{
    /// <summary>Names of the address that are looked at; more are not. RFC 8601 §3 leads to RFC 7208 §4.6.4.</summary>
    public int MaxNames { get; init; } = 10;

    /// <summary>Time for one check, then it is a temporary error. Two questions in a row; a resolver tries 5 s for one.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Whether the client's address has a name that leads back to it: the method "iprev" of RFC 8601 §3.</summary>
/// <remarks>Nothing is thrown, whatever is published; a check ends with its time or its asker's, as a temporary error.</remarks>
public sealed class IprevVerifier(IResolver resolver, TimeProvider clock, IprevOptions? options = null)
{
    readonly IprevOptions options = options ?? new();

    /// <param name="client">Its address; an IPv4-mapped one counts as IPv4.</param>
    /// <param name="cancel">Ends the check: it is a temporary error then.</param>
    public async Task<IprevVerdict> CheckAsync(IPAddress client, CancellationToken cancel)
    {
        var address = PlainAddress.Of(client);
        var steps = new StepList();
        using var questions = new TimedQuestions(resolver, clock, options.Timeout, cancel);
        var pointers = await questions.AskAsync(DnsName.ReverseOf(address), RecordType.Ptr);
        steps.Add(pointers.ToString());
        if (pointers.IsFailure)
            return Ends(IprevResult.TempError, null, $"the name server failed: {pointers.Reason}");
        if (pointers.IsVoid)
            return Ends(IprevResult.PermError, null, "no name is published for the address");

        var (name, failure) = await FindAsync(questions, Candidates(pointers, steps), address, steps);
        if (name is not null)
            return Ends(IprevResult.Pass, name.ToString(), $"{name} leads back");
        return failure is not null
            ? Ends(IprevResult.TempError, null, failure)
            : Ends(IprevResult.Fail, null, "no name leads back");

        IprevVerdict Ends(IprevResult result, string? found, string reason)
        {
            var verdict = new IprevVerdict(result, address, found, Line.Of(reason), steps.All);
            steps.Add($"{verdict.ResultText}: {reason}");
            return verdict;
        }
    }

    List<DnsName> Candidates(DnsAnswer pointers, StepList steps)
    {
        var names = new List<DnsName>();
        foreach (var target in pointers.Records.OfType<PtrRecord>().Select(record => record.Target).Distinct())
        {
            if (names.Count == options.MaxNames)
            {
                steps.Add($"only {options.MaxNames} names are looked at");
                break;
            }

            if (HostNames.IsHost(target.ToString()))
                names.Add(target);
            else
                steps.Add($"{target} is no host name");
        }

        return names;
    }

    /// <summary>Asks for all names at once: the first that leads back is enough.</summary>
    static async Task<(DnsName? Name, string? Failure)> FindAsync(
        TimedQuestions questions,
        List<DnsName> names,
        IPAddress address,
        StepList steps
    )
    {
        var type = address.AddressFamily == AddressFamily.InterNetwork ? RecordType.A : RecordType.Aaaa;
        var asked = names.ConvertAll(async name => (Name: name, Answer: await questions.AskAsync(name, type)));
        string? failure = null;
        await foreach (var task in Task.WhenEach(asked))
        {
            var (name, answer) = await task;
            steps.Add(answer.ToString());
            if (answer.Records.OfType<AddressRecord>().Any(record => record.Address.Equals(address)))
                return (name, null);
            if (answer.IsFailure)
                failure ??= $"{name}: {answer.Reason}";
        }

        return (null, failure);
    }
}
