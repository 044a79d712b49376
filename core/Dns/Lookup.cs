using Cloud.Dns.Messages;
using Cloud.Dns.Transport;

namespace Cloud.Dns;

/// <summary>One look-up: servers in turn, aliases from name to name.</summary>
/// <param name="servers">Those to ask, in order.</param>
/// <param name="attempts">Times that each is asked, if it does not answer.</param>
/// <param name="trustsAuthenticated">Whether the AD bit counts.</param>
sealed class Lookup(IReadOnlyList<NameServer> servers, int attempts, bool trustsAuthenticated)
{
    readonly List<string> faults = [];

    /// <summary>What went wrong so far, each kind of trouble once.</summary>
    public string Faults => string.Join("; ", faults.Distinct(StringComparer.Ordinal));

    /// <returns>The end of the look-up. A failure's reason names what each server did.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> asks for it.</exception>
    public async Task<DnsAnswer> RunAsync(Question question, CancellationToken cancel)
    {
        var chain = new AliasChain(question.Name, question.Type, trustsAuthenticated);
        while (true) // Each round adds an alias, or ends it.
        {
            faults.Clear();
            var step = await AskAsync(chain, cancel);
            if (step.Answer is { } answer)
                return answer;
            if (step.Fault is not null)
                return DnsAnswer.Failure(question.Name, question.Type, Faults) with
                {
                    TimeToLive = TimesToLive.Failure,
                };
        }
    }

    async Task<ChainStep> AskAsync(AliasChain chain, CancellationToken cancel)
    {
        var asked = servers.OrderBy(server => server.IsDown).ToList(); // A stable order: the configured one.
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            foreach (var server in asked.ToArray())
            {
                var reply = await server.AskAsync(chain.Next, cancel);
                if (reply.Message is not { } message)
                {
                    faults.Add(reply.Fault!);
                    continue;
                }

                var step = chain.Read(message);
                if (step.Fault is not { } fault)
                    return step;
                faults.Add($"{fault} from {server}");
                asked.Remove(server); // It has said what it has to say.
            }
        }

        return ChainStep.Bad(Faults);
    }
}
