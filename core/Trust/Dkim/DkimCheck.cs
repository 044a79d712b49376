using System.Globalization;

namespace Cloud.Trust.Dkim;

/// <summary>One signature on its way to a result.</summary>
sealed class DkimCheck
{
    /// <summary>Characters of b= in a result. RFC 6008 §4 wants eight at least.</summary>
    const int StartLength = 8;

    readonly DkimSignature signature;
    readonly DkimLimits limits;
    readonly List<string> steps = [];
    CanonicalBody? body;
    BodyHash? bodyHash;
    Task<DkimKeyLookup>? lookup;
    Func<byte[]>? hashHeader;
    DkimResult? result;
    bool isTesting;
    int bits;

    public DkimCheck(DkimSignature signature, DkimLimits limits, DateTimeOffset now)
    {
        (this.signature, this.limits) = (signature, limits);
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

    /// <param name="keys">Where the key is asked for.</param>
    /// <param name="canonical">The body; null for a seal, which covers none.</param>
    /// <param name="hash">Of the header, as it is signed.</param>
    public void Begin(KeyLookups keys, CanonicalBody? canonical, Func<byte[]> hash)
    {
        body = canonical;
        bodyHash = canonical?.Hash(signature.Length);
        hashHeader = hash;
        lookup = keys.AskAsync(signature.KeyName);
    }

    public async ValueTask<DkimResult> CompleteAsync()
    {
        if (lookup is not null && IsOpen)
            Judge(await lookup);
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

    void Judge(DkimKeyLookup asked)
    {
        if (asked.Record is not { } record)
        {
            // What no key makes good is no temporary error: it must not speak for a message that was changed.
            if (asked.Verdict == DkimVerdict.TempError && body is not null && BodyFault(body.Length) is { } broken)
                End(DkimVerdict.Fail, broken);
            else
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
            Judge(key);
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

    void Judge(DkimPublicKey key)
    {
        bits = key.Bits;
        steps.Add($"key of {bits} bits");
        if (signature.Algorithm == DkimAlgorithm.RsaSha256 && (bits < limits.MinRsaBits || bits > limits.MaxRsaBits))
        {
            var bound = bits < limits.MinRsaBits ? $"under {limits.MinRsaBits}" : $"over {limits.MaxRsaBits}";
            End(DkimVerdict.Policy, $"the key has {bits} bits, {bound}");
            return;
        }

        if (body is not null && BodyFault(body.Length) is { } fault)
        {
            End(DkimVerdict.Fail, fault);
            return;
        }

        if (!key.Verifies(hashHeader!(), signature.Signature))
        {
            End(DkimVerdict.Fail, "the signature does not verify: header or key were changed");
            return;
        }

        var uncovered = body?.Length - signature.Length ?? 0;
        End(
            DkimVerdict.Pass,
            uncovered > 0 ? $"verified, but the last {uncovered} octets are not signed (l=)" : "verified"
        );
    }

    /// <summary>How the body differs from the one that was signed.</summary>
    string? BodyFault(long length)
    {
        if (signature.Length > length)
            return $"the body is shorter than l={signature.Length}";
        if (!bodyHash!.Value.AsSpan().SequenceEqual(signature.BodyHash))
            return "the body was changed (bh= differs)";
        steps.Add("body hash matches");
        return null;
    }

    static string When(long seconds) =>
        seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("u", CultureInfo.InvariantCulture)
            : $"{seconds} s after 1970";
}
