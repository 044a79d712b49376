using Cloud.Dns;
using Cloud.Trust.Dkim;
using Cloud.Trust.Spf;

namespace Cloud.Trust.Arc;

/// <summary>The chain of a message on its way to a verdict. RFC 8617 §5.2.</summary>
/// <remarks>
/// Steps 1 to 3, which need no key, when the header has ended; keys are asked for then, all at once. 4. The last
/// forwarder's signature; 5. those before it, as long as they verify; 6. the seals, from the last to the first.
/// </remarks>
sealed class ArcCheck(StreamedMessage message, KeyLookups keys, DkimLimits limits, TimeProvider time)
{
    readonly StepList steps = new();
    ArcChain? chain;
    DkimCheck[] signatures = []; // from the last forwarder
    DkimCheck[] seals = []; // from the last forwarder
    DkimResult?[] signatureResults = []; // by set
    DkimResult?[] sealResults = [];

    public void Begin()
    {
        chain = ArcChain.Read(message.Header);
        var count = chain.Links.Count;
        (signatureResults, sealResults) = (new DkimResult?[count], new DkimResult?[count]);
        if (chain.Fault is not null || count == 0)
            return;

        // Each signature may ask for a hash of the body of its own (l=).
        signatures =
        [
            .. Enumerable.Range(0, Math.Min(count, limits.MaxSignatures)).Select(i => SignatureAt(count - 1 - i)),
        ];
        var text = new SealedText(message.Header, chain.Links);
        seals = [.. Enumerable.Range(0, count).Select(i => SealAt(count - 1 - i, text))];
    }

    public async ValueTask<ArcVerdict> CompleteAsync()
    {
        var count = chain!.Links.Count;
        if (chain.Fault is { } fault)
            return End(ArcResult.Fail, fault);
        if (count == 0)
            return End(ArcResult.None, "no forwarder has sealed the message");

        steps.Add($"{count} sets of fields, as they have to be");
        var passed = 0;
        string? unknown = null; // what cannot be told for now; what is broken is so all the same
        for (var i = 0; i < signatures.Length; i++)
        {
            var result = await signatures[i].CompleteAsync();
            var at = count - 1 - i;
            signatureResults[at] = result;
            steps.Add($"signature i={at + 1} of {result.Domain}: {result.Verdict}, {result.Reason}");
            if (result.IsPass && passed == i)
                passed++;
            if (result.IsPass || i > 0 && result.IsUnknown)
                continue;
            if (i > 0)
                break;
            unknown = $"the last forwarder's signature: {result.Reason}";
            if (!result.IsUnknown)
                return End(ArcResult.Fail, unknown);
        }

        for (var i = 0; i < count; i++)
        {
            var result = await seals[i].CompleteAsync();
            var at = count - 1 - i;
            sealResults[at] = result;
            steps.Add($"seal i={at + 1} of {result.Domain}: {result.Verdict}, {result.Reason}");
            if (result.IsUnknown)
                unknown ??= $"seal i={at + 1}: {result.Reason}";
            else if (!result.IsPass)
                return End(ArcResult.Fail, $"seal i={at + 1}: {result.Reason}");
        }

        return unknown is null
            ? End(ArcResult.Pass, $"{count} seals verified", passed == count ? 0 : count - passed + 1)
            : End(ArcResult.TempError, unknown);
    }

    DkimCheck SignatureAt(int at)
    {
        var link = chain!.Links[at];
        var (signature, index, header) = (link.Signature!, link.SignatureIndex, message.Header);
        var check = new DkimCheck(signature, limits, time.GetUtcNow());
        if (check.IsOpen)
            check.Begin(keys, message.BodyOf(signature.Body), () => signature.HashHeader(header, index));
        return check;
    }

    DkimCheck SealAt(int at, SealedText text)
    {
        var check = new DkimCheck(chain!.Links[at].Seal!, limits, time.GetUtcNow());
        if (check.IsOpen)
            check.Begin(keys, canonical: null, () => text.Hash(at));
        return check;
    }

    ArcVerdict End(ArcResult result, string reason, int oldestPass = 0)
    {
        var authors = message.Header.Named("From").Count;
        var sets = new List<ArcSet>(chain!.Links.Count);
        for (var i = 0; i < chain.Links.Count; i++)
        {
            var link = chain.Links[i];
            if (!link.IsWhole || !DnsName.TryParse(link.Seal!.Domain, out var sealer))
                continue;
            sets.Add(
                new(link.Instance, sealer, link.Seal.Selector, link.Seal.ChainValidation.ToLowerInvariant())
                {
                    Results = link.Results,
                    Signature = signatureResults[i],
                    Seal = sealResults[i],
                    SignsFrom = authors > 0 && link.Signature!.CountOf("From") >= authors,
                }
            );
        }

        var line = Line.Of(reason);
        steps.Add(line);
        return new(result, line, sets, oldestPass, steps.All);
    }
}
