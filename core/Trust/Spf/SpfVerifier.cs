using System.Net;
using Cloud.Dns;
using Cloud.Wire;

namespace Cloud.Trust.Spf;

/// <summary>Asks domains whether a client may send for them: RFC 7208's check_host().</summary>
/// <remarks>
/// Invariants: nothing is thrown, whatever is published or sent; a check ends with its time or its asker's, as a temporary
/// error; the questions of one check are bounded (<see cref="SpfOptions"/>); a record is read whole before any of it counts.
/// </remarks>
public sealed class SpfVerifier(IResolver resolver, TimeProvider clock, SpfOptions? options = null)
{
    const string NoLocalPart = "postmaster";

    readonly SpfOptions options = options ?? new();

    /// <summary>Checks the name that the client gave itself. RFC 7208 §2.3.</summary>
    /// <returns>A temporary error, too, when <paramref name="cancel"/> ends the check.</returns>
    public Task<SpfVerdict> CheckHeloAsync(SpfClient client, CancellationToken cancel) =>
        CheckAsync(client, SpfIdentity.Helo, NoLocalPart, client.Helo, cancel);

    /// <summary>Checks the reverse path; <c>postmaster</c> at the HELO name where it is empty. RFC 7208 §2.4.</summary>
    /// <param name="client">Who sends.</param>
    /// <param name="reversePath">Without angle brackets, its local part without quotes; empty for the null sender.</param>
    /// <param name="cancel">Ends the check: it is a temporary error then.</param>
    public Task<SpfVerdict> CheckMailFromAsync(SpfClient client, string reversePath, CancellationToken cancel)
    {
        if (reversePath.Length == 0)
            return CheckAsync(client, SpfIdentity.MailFrom, NoLocalPart, client.Helo, cancel);
        var at = reversePath.LastIndexOf('@');
        var local = at > 0 ? reversePath[..at] : NoLocalPart; // RFC 7208 §4.3
        return CheckAsync(client, SpfIdentity.MailFrom, local, reversePath[(at + 1)..], cancel);
    }

    async Task<SpfVerdict> CheckAsync(
        SpfClient client,
        SpfIdentity identity,
        string local,
        string domain,
        CancellationToken cancel
    )
    {
        var steps = new StepList();
        if (ToDomain(domain) is not { } name)
        {
            var fault = $"{Line.Of(domain)} is no domain";
            steps.Add(fault);
            return new(SpfResult.None, identity, $"{local}@{domain}", "", null, fault, steps.All);
        }

        var address = PlainAddress.Of(client.Address);
        var values = new MacroValues(
            local,
            name.ToMacroText(),
            name.ToMacroText(),
            // A scope is nothing that anybody publishes.
            address.IsIPv6LinkLocal
                ? new IPAddress(address.GetAddressBytes())
                : address,
            client.Helo,
            client.Receiver,
            "unknown",
            clock.GetUtcNow()
        );
        using var ends = new CancellationTokenSource(options.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ends.Token, cancel);
        var evaluation = new Evaluation(resolver, options, values, steps);
        var result = await evaluation.RunAsync(name, either.Token);
        return new(
            result,
            identity,
            $"{local}@{values.Origin}",
            values.Origin,
            evaluation.Explanation,
            evaluation.Reason,
            steps.All
        );
    }

    /// <summary>A name of two labels or more, in A-labels; a literal is none. RFC 7208 §4.3.</summary>
    static DnsName? ToDomain(string text)
    {
        if (text.Length == 0 || text[0] == '[')
            return null;
        return SpfNames.TryParse(text) is { LabelCount: > 1 } name ? name : null;
    }
}
