using System.Globalization;
using Cloud.Mail.Headers;
using Cloud.Trust.Dkim;

namespace Cloud.Trust.Arc;

/// <summary>The fields of a chain, sorted into sets. RFC 8617 §4.2, §5.2 steps 1 to 3.</summary>
sealed class ArcChain
{
    public const string ResultsField = "ARC-Authentication-Results";
    public const string SignatureField = "ARC-Message-Signature";
    public const string SealField = "ARC-Seal";

    /// <summary>Sets of a message. RFC 8617 §4.2.1.</summary>
    public const int MaxSets = 50;

    readonly SortedDictionary<int, ArcLink> links = [];

    ArcChain() { }

    /// <summary>By instance, from 1 on where there is no fault.</summary>
    public IReadOnlyList<ArcLink> Links { get; private set; } = [];

    /// <summary>Why it is no chain that may be validated; null when it is one, or none.</summary>
    public string? Fault { get; private set; }

    public static ArcChain Read(HeaderBlock header)
    {
        var chain = new ArcChain();
        var fields = new[] { ResultsField, SignatureField, SealField };
        if (Array.Exists(fields, name => header.Named(name).Count > MaxSets))
            chain.Fault = $"more than {MaxSets} sets";
        else if (header.IsTooLarge)
            chain.Fault = "the header is too large to be looked at";
        else
            chain.Collect(header);
        chain.Links = [.. chain.links.Values];
        chain.Fault ??= chain.StructureFault();
        return chain;
    }

    void Collect(HeaderBlock header)
    {
        foreach (var index in header.Named(ResultsField))
        {
            var results = header[index].Value;
            var instance = TakeInstance(ref results);
            if (LinkOf(instance, ResultsField, link => link.ResultsIndex) is { } link)
                (link.ResultsIndex, link.Results) = (index, AuthenticationResults.Parse(results));
        }

        foreach (var index in header.Named(SignatureField))
        {
            var signature = DkimSignature.Parse(header[index], SignatureKind.ArcMessage);
            if (LinkOf(signature.Instance, SignatureField, link => link.SignatureIndex) is { } link)
                (link.SignatureIndex, link.Signature) = (index, signature);
        }

        foreach (var index in header.Named(SealField))
        {
            var seal = DkimSignature.Parse(header[index], SignatureKind.ArcSeal);
            if (LinkOf(seal.Instance, SealField, link => link.SealIndex) is { } link)
                (link.SealIndex, link.Seal) = (index, seal);
        }
    }

    /// <summary>The set that a field belongs to; null, and a fault, where it has none or the set has such a field.</summary>
    ArcLink? LinkOf(int instance, string field, Func<ArcLink, int> indexOf)
    {
        if (instance == 0)
        {
            Fault ??= $"{field} without an instance (i=)";
            return null;
        }

        if (!links.TryGetValue(instance, out var link))
            links[instance] = link = new(instance);
        if (indexOf(link) < 0)
            return link;
        Fault ??= $"two {field} with i={instance}";
        return null;
    }

    string? StructureFault()
    {
        if (Links.Count > 0 && Is(Links[^1], "fail"))
            return $"the forwarder of i={Links[^1].Instance} found the chain broken (cv=fail)"; // step 2
        for (var i = 0; i < Links.Count; i++)
        {
            var link = Links[i];
            if (link.Instance != i + 1)
                return $"there is no set i={i + 1}";
            if (!link.IsWhole)
                return $"set i={link.Instance} has not all of its three fields";
            if ((link.Seal!.Fault ?? link.Signature!.Fault) is { } fault)
                return $"set i={link.Instance}: {fault}";
            if (!Is(link, i == 0 ? "none" : "pass"))
                return $"cv={link.Seal.ChainValidation} in set i={link.Instance}";
        }

        return null;
    }

    static bool Is(ArcLink link, string validation) =>
        link.Seal is { } seal && seal.ChainValidation.Equals(validation, StringComparison.OrdinalIgnoreCase);

    /// <summary>Takes `i=1;` off the field's start. RFC 8617 §4.1.1.</summary>
    /// <returns>0 when there is none.</returns>
    static int TakeInstance(ref ReadOnlySpan<byte> value)
    {
        var semicolon = value.IndexOf((byte)';');
        if (semicolon < 0)
            return 0;
        var reader = new StructuredReader(HeaderText.Unfold(value[..semicolon]));
        value = value[(semicolon + 1)..];
        reader.SkipSpace();
        if (!reader.TrySkip((byte)'i'))
            return 0;
        reader.SkipSpace();
        if (!reader.TrySkip((byte)'='))
            return 0;
        reader.SkipSpace();
        var digits = reader.Rest[..Math.Min(2, reader.Rest.Length)];
        if (digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is var length and >= 0)
            digits = digits[..length];
        for (var i = 0; i < digits.Length; i++)
            reader.SkipOne();
        reader.SkipSpace();
        var isNumber = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return isNumber && reader.AtEnd && number <= MaxSets ? number : 0;
    }
}
