using System.Globalization;

namespace Cloud.Trust.Dkim;

/// <summary>One signature on its way to a result.</summary>
sealed class DkimCheck
{
    /// <summary>Characters of b= in a result. RFC 6008 §4 wants eight at least.</summary>
    const int StartLength = 8;

    readonly DkimSignature signature;
    readonly int index;
    readonly DkimLimits limits;
    readonly List<string> steps = [];
    CanonicalBody? body;
    BodyHash? bodyHash;
    Task<DkimKeyLookup>? lookup;
    DkimResult? result;
    bool isTesting;
    int bits;

    public DkimCheck(DkimSignature signature, int index, DkimLimits limits, DateTimeOffset now)
    {
        (this.signature, this.index, this.limits) = (signature, index, limits);
        if (signature.Fault is { } fault)
        {
            End(signature.FaultVerdict, fault);
            return;
        }

        steps.Add(
            $"signature of {signature.Domain}, selector {signature.Selector}, {signature.AlgorithmName}, "
                + $"{signature.Header}/{signature.Body}, {signature.Names.Length} names".ToLowerInvariant()
        );
        var seconds = now.ToUnixTimeSeconds();
        if (signature.Expires < seconds)
            End(DkimVerdict.Policy, $"expired {When(signature.Expires.Value)}");
        else if (signature.Time > seconds + (long)limits.MaxClockSkew.TotalSeconds)
            End(DkimVerdict.Policy, $"made in the future, {When(signature.Time.Value)}");
    }

    /// <summary>Whether it takes a key to know.</summary>
    public bool IsOpen => result is null;

    public void Begin(CanonicalBody canonical, Task<DkimKeyLookup> asked)
    {
        body = canonical;
        bodyHash = canonical.Hash(signature.Length);
        lookup = asked;
    }

    public async ValueTask<DkimResult> CompleteAsync(HeaderBlock header)
    {
        if (lookup is not null)
            Judge(await lookup, header);
        return result!;
    }

    public void End(DkimVerdict verdict, string reason)
    {
        steps.Add(reason);
        result = new(verdict, reason, steps)
        {
            Domain = signature.Domain,
            Selector = signature.Selector,
            Identity = signature.Identity,
            Algorithm = signature.AlgorithmName,
            SignatureStart = signature.SignatureText[..Math.Min(StartLength, signature.SignatureText.Length)],
            KeyBits = bits,
            IsTesting = isTesting,
            UncoveredOctets = Math.Max(0, body?.Length - signature.Length ?? 0),
        };
    }

    void Judge(DkimKeyLookup asked, HeaderBlock header)
    {
        if (asked.Record is not { } record)
        {
            End(asked.Verdict, asked.Reason);
            return;
        }

        steps.Add(asked.Reason);
        isTesting = record.IsTesting;
        if (isTesting)
            steps.Add("the domain is testing (t=y)");
        if (Unfit(record) is { } unfit)
        {
            End(DkimVerdict.PermError, unfit);
            return;
        }

        if (!DkimPublicKey.TryRead(record, out var key))
        {
            End(DkimVerdict.PermError, $"p= holds no {record.Type} key");
            return;
        }

        using (key)
            Judge(key, header);
    }

    /// <summary>Why the key is not for this signature. RFC 6376 §6.1.2.</summary>
    string? Unfit(DkimKeyRecord record)
    {
        var type = signature.Algorithm == DkimAlgorithm.Ed25519Sha256 ? "ed25519" : "rsa";
        if (record.IsRevoked)
            return "the key is revoked (empty p=)";
        if (record.Type != type)
            return $"the key is not for {type} (k=)";
        if (!record.IsForSha256)
            return "the key is not for sha256 (h=)";
        if (!record.IsForMail)
            return "the key is not for mail (s=)";
        return record.IsStrict && !signature.IsIdentityOfDomain ? "i= is below d=, which the key forbids (t=s)" : null;
    }

    void Judge(DkimPublicKey key, HeaderBlock header)
    {
        bits = key.Bits;
        steps.Add($"key of {bits} bits");
        if (signature.Algorithm == DkimAlgorithm.RsaSha256 && (bits < limits.MinRsaBits || bits > limits.MaxRsaBits))
        {
            var bound = bits < limits.MinRsaBits ? $"under {limits.MinRsaBits}" : $"over {limits.MaxRsaBits}";
            End(DkimVerdict.Policy, $"the key has {bits} bits, {bound}");
            return;
        }

        if (signature.Length > body!.Length)
        {
            End(DkimVerdict.Fail, $"the body is shorter than l={signature.Length}");
            return;
        }

        if (!bodyHash!.Value.AsSpan().SequenceEqual(signature.BodyHash))
        {
            End(DkimVerdict.Fail, "the body was changed (bh= differs)");
            return;
        }

        steps.Add("body hash matches");
        var hash = CanonicalHeader.Hash(header, signature.Names, header[index], signature.Header);
        if (!key.Verifies(hash, signature.Signature))
        {
            End(DkimVerdict.Fail, "the signature does not verify: header or key were changed");
            return;
        }

        var uncovered = body.Length - signature.Length ?? 0;
        End(
            DkimVerdict.Pass,
            uncovered > 0 ? $"verified, but the last {uncovered} octets are not signed (l=)" : "verified"
        );
    }

    static string When(long seconds) =>
        seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("u", CultureInfo.InvariantCulture)
            : $"{seconds} s after 1970";
}
