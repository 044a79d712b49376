using System.Text;
using Cloud.Dns;

namespace Cloud.Trust.Spf;

/// <summary>One check: check_host() with all the records it leads to. RFC 7208 §4.</summary>
/// <param name="resolver">Whom to ask.</param>
/// <param name="options">What it may cost; counted over all records (RFC 7208 §4.6.4).</param>
/// <param name="origin">Values of the macros; the domain and the validated name change by record.</param>
/// <param name="steps">Where the steps go.</param>
sealed class Evaluation(IResolver resolver, SpfOptions options, MacroValues origin, StepList steps)
{
    readonly Questions questions = new(resolver, steps);
    readonly ClientNames names = new(new(resolver, steps), origin.Address, options.MaxPointers);
    int lookups;
    int voidLookups;
    (MacroString? Explanation, DnsName Domain)? failed;

    public string? Explanation { get; private set; }

    /// <summary>What decided.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Never throws: a cancelled check is a temporary error.</summary>
    public async Task<SpfResult> RunAsync(DnsName domain, CancellationToken cancel)
    {
        SpfResult result;
        try
        {
            result = await CheckHostAsync(domain, isIncluded: false, cancel);
        }
        catch (OperationCanceledException)
        {
            return Ends(SpfResult.TempError, "out of time");
        }

        if (options.Explains && result == SpfResult.Fail && failed is { Explanation: { } place } by)
            Explanation = await ExplainAsync(place, by.Domain, cancel);
        return result;
    }

    async Task<SpfResult> CheckHostAsync(DnsName domain, bool isIncluded, CancellationToken cancel)
    {
        var answer = await questions.AskAsync(domain, RecordType.Txt, cancel);
        if (answer.IsFailure)
            return Ends(SpfResult.TempError, answer.ToString());
        var texts = answer.Records.OfType<TxtRecord>().Select(record => record.Text.ToLatin1());
        var versions = texts.Where(text => SpfRecord.HasVersion(text)).ToArray();
        if (versions.Length == 0)
            return Ends(SpfResult.None, $"{domain} has no record");
        if (versions.Length > 1)
            return Ends(SpfResult.PermError, $"{domain} has {versions.Length} records");
        if (!SpfRecord.TryParse(versions[0], out var record, out var fault))
            return Ends(SpfResult.PermError, $"{domain}: {fault}");

        foreach (var directive in record.Directives)
        {
            var matching = await MatchAsync(directive, domain, cancel);
            if (matching == Matching.TempError)
                return SpfResult.TempError;
            if (matching == Matching.PermError)
                return SpfResult.PermError;
            if (matching == Matching.No)
                continue;
            if (directive.Result == SpfResult.Fail && !isIncluded)
                failed = (record.Explanation, domain);
            return Ends(directive.Result, $"{domain}: {directive.Text} matches {origin.Address}");
        }

        return record.Redirect is { } redirect
            ? await RedirectAsync(redirect, domain, isIncluded, cancel)
            : Ends(SpfResult.Neutral, $"{domain}: nothing matches {origin.Address}"); // RFC 7208 §4.7
    }

    /// <summary>RFC 7208 §6.1.</summary>
    async Task<SpfResult> RedirectAsync(MacroString redirect, DnsName domain, bool isIncluded, CancellationToken cancel)
    {
        if (!TryCount(asks: true, redirect))
            return SpfResult.PermError;
        if (await ExpandAsync(redirect, domain, cancel) is not { } target)
            return Ends(SpfResult.PermError, $"{domain}: redirect={redirect.Text} gives no name");
        var result = await CheckHostAsync(target, isIncluded, cancel);
        return result == SpfResult.None
            ? Ends(SpfResult.PermError, $"{domain}: redirect={redirect.Text}, but {target} has no record")
            : result;
    }

    async ValueTask<Matching> MatchAsync(Directive directive, DnsName domain, CancellationToken cancel)
    {
        if (!TryCount(directive.Asks, directive.Target))
            return Matching.PermError;
        var target = domain;
        if (directive.Target is { } text)
        {
            if (await ExpandAsync(text, domain, cancel) is { } expanded)
                target = expanded;
            else if (directive.Mechanism != Mechanism.Include)
                return NoName(directive, domain); // RFC 7208 §4.8 leaves it open; as if nothing were there.
            else
                return Fails(SpfResult.PermError, $"{domain}: {directive.Text} gives no name");
        }

        return directive.Mechanism switch
        {
            Mechanism.All => Matching.Yes,
            Mechanism.Ip4 => Match(Networks.Contains(directive.Network!, directive.Prefix4, origin.Address)),
            Mechanism.Ip6 => Match(Networks.Contains(directive.Network!, directive.Prefix6, origin.Address)),
            Mechanism.Include => await IncludeAsync(directive, target, domain, cancel),
            Mechanism.A => await AddressAsync(directive, target, cancel),
            Mechanism.Mx => await ExchangesAsync(directive, target, cancel),
            Mechanism.Ptr => await PointersAsync(target, cancel),
            _ => await ExistsAsync(target, cancel),
        };
    }

    /// <summary>The table of RFC 7208 §5.2.</summary>
    async ValueTask<Matching> IncludeAsync(
        Directive directive,
        DnsName target,
        DnsName domain,
        CancellationToken cancel
    )
    {
        switch (await CheckHostAsync(target, isIncluded: true, cancel))
        {
            case SpfResult.Pass:
                return Matching.Yes;
            case SpfResult.TempError:
                return Matching.TempError;
            case SpfResult.PermError:
                return Matching.PermError;
            case SpfResult.None:
                return Fails(SpfResult.PermError, $"{domain}: {directive.Text}, but {target} has no record");
            default:
                return Matching.No;
        }
    }

    async ValueTask<Matching> AddressAsync(Directive directive, DnsName target, CancellationToken cancel)
    {
        var answer = await questions.AskAddressesAsync(target, origin.Address.AddressFamily, cancel);
        if (answer.IsFailure)
            return Fails(SpfResult.TempError, answer.ToString());
        if (HasClient(answer, directive))
            return Matching.Yes;
        return answer.IsVoid ? FindsNothing() : Matching.No;
    }

    /// <summary>Without MX records there is no match: a host of the domain's own name does not stand in. RFC 7208 §5.4.</summary>
    async ValueTask<Matching> ExchangesAsync(Directive directive, DnsName target, CancellationToken cancel)
    {
        var exchanges = await questions.AskAsync(target, RecordType.Mx, cancel);
        if (exchanges.IsFailure)
            return Fails(SpfResult.TempError, exchanges.ToString());
        if (exchanges.Records.Count > options.MaxExchanges)
            return Fails(SpfResult.PermError, $"{target} has more than {options.MaxExchanges} mail exchanges");
        var isVoid = exchanges.IsVoid;
        foreach (var record in exchanges.Records.OfType<MxRecord>().OrderBy(record => record.Preference))
        {
            if (record.Exchange.IsRoot)
                continue; // RFC 7505 §3: no mail is taken.
            var answer = await questions.AskAddressesAsync(record.Exchange, origin.Address.AddressFamily, cancel);
            if (answer.IsFailure)
                return Fails(SpfResult.TempError, answer.ToString());
            if (HasClient(answer, directive))
                return Matching.Yes;
            isVoid |= answer.IsVoid;
        }

        return isVoid ? FindsNothing() : Matching.No;
    }

    async ValueTask<Matching> PointersAsync(DnsName target, CancellationToken cancel)
    {
        if (await names.AnyWithinAsync(target, cancel))
            return Matching.Yes;
        return names.IsVoid ? FindsNothing() : Matching.No;
    }

    /// <summary>A records, whatever the client came by. RFC 7208 §5.7.</summary>
    async ValueTask<Matching> ExistsAsync(DnsName target, CancellationToken cancel)
    {
        var answer = await questions.AskAsync(target, RecordType.A, cancel);
        if (answer.IsFailure)
            return Fails(SpfResult.TempError, answer.ToString());
        return answer.IsAnswer ? Matching.Yes : FindsNothing();
    }

    /// <summary>The domain's words, or null for whatever is wrong with them. RFC 7208 §6.2.</summary>
    async Task<string?> ExplainAsync(MacroString place, DnsName domain, CancellationToken cancel)
    {
        try
        {
            if (await ExpandAsync(place, domain, cancel) is not { } name)
                return null;
            var answer = await questions.AskAsync(name, RecordType.Txt, cancel);
            if (answer.Records is not [TxtRecord { Text: var text }])
                return null;
            if (!MacroString.TryParseExplanation(text.ToLatin1(), out var words))
                return null;
            var values = await ValuesAsync(words, domain, cancel);
            var explanation = words.Expand(values.Of, options.MaxExplanation);
            if (explanation.Length > options.MaxExplanation)
                explanation = explanation[..options.MaxExplanation];
            return explanation.All(character => character is >= ' ' and <= '~') ? explanation : null;
        }
        catch (OperationCanceledException)
        {
            return null; // The result stands without it.
        }
    }

    /// <summary>The target-name of a domain-spec; null when what comes out is none.</summary>
    async ValueTask<DnsName?> ExpandAsync(MacroString text, DnsName domain, CancellationToken cancel)
    {
        if (text.NeedsLocalPart && !Ascii.IsValid(origin.Local))
            return null; // RFC 8616 §4: no name has such a part.
        var values = await ValuesAsync(text, domain, cancel);
        return SpfNames.FromExpansion(text.Expand(values.Of, SpfNames.MaxExpansion));
    }

    async ValueTask<MacroValues> ValuesAsync(MacroString text, DnsName domain, CancellationToken cancel)
    {
        var values = origin with { Domain = domain.ToMacroText() };
        return text.NeedsValidatedName && await names.BestAsync(domain, cancel) is { } name
            ? values with
            {
                ValidatedName = name.ToMacroText(),
            }
            : values;
    }

    /// <summary>Counts a term that asks, and the questions that <c>%{p}</c> costs the first time. RFC 7208 §4.6.4.</summary>
    bool TryCount(bool asks, MacroString? target)
    {
        lookups += (asks ? 1 : 0) + (target?.NeedsValidatedName == true && !names.IsAsked ? 1 : 0);
        if (lookups <= options.MaxLookups)
            return true;
        Ends(SpfResult.PermError, $"more than {options.MaxLookups} terms with look-ups");
        return false;
    }

    /// <summary>A term whose questions found nothing: a few may. RFC 7208 §4.6.4.</summary>
    Matching FindsNothing() =>
        ++voidLookups > options.MaxVoidLookups
            ? Fails(SpfResult.PermError, $"more than {options.MaxVoidLookups} terms whose look-ups find nothing")
            : Matching.No;

    bool HasClient(DnsAnswer answer, Directive directive) =>
        answer
            .Records.OfType<AddressRecord>()
            .Any(record =>
                Networks.Contains(
                    record.Address,
                    record.Type == RecordType.A ? directive.Prefix4 : directive.Prefix6,
                    origin.Address
                )
            );

    Matching NoName(Directive directive, DnsName domain)
    {
        steps.Add($"{domain}: {directive.Text} gives no name");
        return Matching.No;
    }

    Matching Fails(SpfResult error, string reason)
    {
        Ends(error, reason);
        return error == SpfResult.TempError ? Matching.TempError : Matching.PermError;
    }

    SpfResult Ends(SpfResult result, string reason)
    {
        Reason = Line.Of(reason);
        steps.Add($"{result.ToText()}: {reason}");
        return result;
    }

    static Matching Match(bool matches) => matches ? Matching.Yes : Matching.No;

    enum Matching
    {
        No,
        Yes,
        TempError,
        PermError,
    }
}
