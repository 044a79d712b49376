using System.Globalization;
using System.Security.Cryptography;
using Cloud.Dns;
using Cloud.Mail.Headers;

namespace Cloud.Trust.Dkim;

/// <summary>A DKIM-Signature field, read (RFC 6376 §3.5), or one of ARC that is written alike (RFC 8617 §4.1).</summary>
sealed class DkimSignature
{
    public const string FieldName = "DKIM-Signature";

    /// <summary>Names in h=; real signatures have under 50.</summary>
    public const int MaxNames = 500;

    DkimSignature() { }

    /// <summary>Why it cannot be evaluated; null when it can.</summary>
    public string? Fault { get; private set; }

    /// <summary>What the fault means.</summary>
    public DkimVerdict FaultVerdict { get; private set; } = DkimVerdict.Neutral;

    public DkimAlgorithm Algorithm { get; private set; }
    public string AlgorithmName { get; private set; } = "";
    public byte[] Signature { get; private set; } = [];

    /// <summary>b= without white space.</summary>
    public string SignatureText { get; private set; } = "";

    public byte[] BodyHash { get; private set; } = [];
    public Canonicalization Header { get; private set; }
    public Canonicalization Body { get; private set; }

    /// <summary>d=, as written.</summary>
    public string Domain { get; private set; } = "";

    public string Selector { get; private set; } = "";

    /// <summary>i=, as written; else `@` and the domain.</summary>
    public string Identity { get; private set; } = "";

    /// <summary>Whether the identity's domain is the signing one, and not one below.</summary>
    public bool IsIdentityOfDomain { get; private set; }

    /// <summary>Where the key is.</summary>
    public DnsName KeyName { get; private set; } = DnsName.Root;

    /// <summary>h=, in order.</summary>
    public string[] Names { get; private set; } = [];

    /// <summary>l=, octets of the canonical body; null for all of it.</summary>
    public long? Length { get; private set; }

    /// <summary>t= and x=, seconds since 1970.</summary>
    public long? Time { get; private set; }
    public long? Expires { get; private set; }

    /// <summary>i= of ARC: which set it belongs to, from 1 on; 0 where there is none. RFC 8617 §4.2.1.</summary>
    public int Instance { get; private set; }

    /// <summary>cv= of a seal, as written. RFC 8617 §4.4.</summary>
    public string ChainValidation { get; private set; } = "";

    /// <summary>Reads as much as can be read; what is wrong is told by <see cref="Fault"/>.</summary>
    public static DkimSignature Parse(HeaderField field, SignatureKind kind = SignatureKind.Dkim)
    {
        var signature = new DkimSignature();
        if (!TagList.TryParse(field.Value, out var tags, out var fault))
        {
            signature.Fault = $"syntax: {fault}";
            return signature;
        }

        // What a result tells even of a bad signature comes first.
        signature.Domain = TagList.WithoutSpace(tags["d"] ?? "");
        signature.Selector = TagList.WithoutSpace(tags["s"] ?? "");
        signature.AlgorithmName = tags["a"] ?? "";
        signature.SignatureText = TagList.WithoutSpace(tags["b"] ?? "");
        signature.Identity = $"@{signature.Domain}";
        signature.Fault = kind switch
        {
            SignatureKind.Dkim => signature.ReadDkim(tags),
            SignatureKind.ArcMessage => signature.ReadArcMessage(tags),
            _ => signature.ReadArcSeal(tags),
        };
        return signature;
    }

    /// <summary>The header as it is signed, hashed.</summary>
    /// <param name="header">Of the message.</param>
    /// <param name="own">Where the signature's field is in it.</param>
    public byte[] HashHeader(HeaderBlock header, int own) => CanonicalHeader.Hash(header, Names, header[own], Header);

    /// <summary>How often h= has a name.</summary>
    public int CountOf(string name) => Names.Count(other => other.Equals(name, StringComparison.OrdinalIgnoreCase));

    string? ReadDkim(TagList tags)
    {
        Identity = tags["i"] ?? Identity;
        if (tags["v"] != "1")
            return "syntax: v= is not 1"; // RFC 6376 §3.5: absent is wrong too.
        return ReadAlgorithm(tags)
            ?? ReadHashes(tags, isOfBody: true)
            ?? ReadCanonicalization(tags["c"] ?? "simple/simple")
            ?? ReadDomain()
            ?? ReadNumbers(tags)
            ?? ReadIdentity()
            ?? ReadNames(tags["h"], SignatureKind.Dkim);
    }

    /// <remarks>RFC 8617 names no form for a signature without c=. The public suite and dkimpy take the relaxed one.</remarks>
    string? ReadArcMessage(TagList tags) =>
        ReadInstance(tags)
        ?? ReadAlgorithm(tags)
        ?? ReadHashes(tags, isOfBody: true)
        ?? ReadCanonicalization(tags["c"] ?? "relaxed/relaxed")
        ?? ReadDomain()
        ?? ReadNumbers(tags)
        ?? ReadNames(tags["h"], SignatureKind.ArcMessage);

    string? ReadArcSeal(TagList tags)
    {
        Header = Canonicalization.Relaxed;
        ChainValidation = tags["cv"] ?? "";
        return ReadInstance(tags)
            ?? (tags["h"] is null ? null : "syntax: a seal has no h=") // RFC 8617 §4.1.3
            ?? (ChainValidation.ToLowerInvariant() is "none" or "pass" or "fail" ? null : "syntax: no known cv=")
            ?? ReadAlgorithm(tags)
            ?? ReadHashes(tags, isOfBody: false)
            ?? ReadDomain()
            ?? ReadNumbers(tags);
    }

    string? ReadInstance(TagList tags)
    {
        // i= speaks of no identity: a key with t=s has nothing to compare.
        IsIdentityOfDomain = true;
        Instance = Number(tags["i"], 2) is { } number and > 0 and <= Arc.ArcChain.MaxSets ? (int)number : 0;
        return Instance == 0 ? "syntax: i= is no instance" : null;
    }

    string? ReadAlgorithm(TagList tags)
    {
        if (tags["q"] is { } query && !TagList.Split(query).Contains("dns/txt", StringComparer.OrdinalIgnoreCase))
            return "no known way to the key in q=";
        DkimAlgorithm? algorithm = AlgorithmName.ToLowerInvariant() switch
        {
            "rsa-sha256" => DkimAlgorithm.RsaSha256,
            "ed25519-sha256" => DkimAlgorithm.Ed25519Sha256,
            "rsa-sha1" => DkimAlgorithm.RsaSha1,
            _ => null,
        };
        Algorithm = algorithm ?? default;
        return algorithm is null ? "no known algorithm in a=" : null;
    }

    string? ReadHashes(TagList tags, bool isOfBody)
    {
        if (Algorithm == DkimAlgorithm.RsaSha1)
            return Policy("rsa-sha1 is not accepted (RFC 8301)");
        if (SignatureText.Length == 0 || TagList.Base64(SignatureText) is not { } signature)
            return "syntax: b= is missing or not base64";
        Signature = signature;
        if (!isOfBody)
            return null;
        BodyHash = TagList.Base64(tags["bh"] ?? "") ?? [];
        return BodyHash.Length == SHA256.HashSizeInBytes ? null : "syntax: bh= is missing or no SHA-256";
    }

    string? ReadCanonicalization(string text)
    {
        var slash = text.IndexOf('/');
        var header = Canonical(slash < 0 ? text : text[..slash]);
        var body = slash < 0 ? Canonicalization.Simple : Canonical(text[(slash + 1)..]);
        if (header is null || body is null)
            return "no known canonicalization in c=";
        (Header, Body) = (header.Value, body.Value);
        return null;
    }

    static Canonicalization? Canonical(string name) =>
        name.ToLowerInvariant() switch
        {
            "simple" => Canonicalization.Simple,
            "relaxed" => Canonicalization.Relaxed,
            _ => null,
        };

    string? ReadDomain()
    {
        if (!IsName(Domain))
            return "syntax: d= is missing or no domain";
        if (!IsName(Selector))
            return "syntax: s= is missing or no selector";
        // U-labels become A-labels: RFC 8616 §4.
        if (!DnsName.TryParse($"{Selector}._domainkey.{Domain}", out var name))
            return "syntax: s= and d= make no name";
        KeyName = name;
        return null;
    }

    string? ReadNumbers(TagList tags)
    {
        var (length, time, expires) = (Number(tags["l"], 76), Number(tags["t"], 12), Number(tags["x"], 12));
        if (length < 0 || time < 0 || expires < 0)
            return "syntax: l=, t= or x= is no number";
        (Length, Time, Expires) = (length, time, expires);
        return Expires <= Time ? "syntax: x= is not after t=" : null;
    }

    /// <summary>−1 for what is no number; one that is too large for 63 bits is the largest.</summary>
    static long? Number(string? text, int maxDigits)
    {
        if (text is null)
            return null;
        if (text.Length == 0 || text.Length > maxDigits || text.AsSpan().ContainsAnyExceptInRange('0', '9'))
            return -1;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : long.MaxValue;
    }

    /// <summary>RFC 6376 §6.1.1: i= is of the domain or of one below.</summary>
    string? ReadIdentity()
    {
        var at = Identity.LastIndexOf('@');
        if (
            at < 0
            || !DnsName.TryParse(TagList.WithoutSpace(Identity[(at + 1)..]), out var identity)
            || !DnsName.TryParse(Domain, out var domain)
        )
            return "syntax: i= has no domain";
        IsIdentityOfDomain = identity == domain;
        return identity.IsAtOrBelow(domain) ? null : Permanent("i= is not under d=");
    }

    string? ReadNames(string? text, SignatureKind kind)
    {
        if (text is null)
            return "syntax: h= is missing";
        Names = TagList.Split(text);
        if (kind == SignatureKind.ArcMessage)
            Names = Array.FindAll(Names, name => name.Length > 0); // The public suite has such signatures pass.
        if (Names.Length > MaxNames)
            return $"more than {MaxNames} names in h=";
        if (Names.Any(name => name.Length == 0 || name.AsSpan().ContainsAnyExceptInRange('!', '~')))
            return "syntax: h= holds what is no field name";
        if (kind == SignatureKind.ArcMessage)
            return HasName(Arc.ArcChain.SealField) ? "seals are signed (h=)" : null; // RFC 8617 §4.1.2
        return HasName("From") ? null : Permanent("From is not signed"); // RFC 6376 §5.4, §6.1.1
    }

    bool HasName(string name) => CountOf(name) > 0;

    /// <summary>Letters, digits, hyphens, underscores and dots, or characters of an international name.</summary>
    static bool IsName(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' || c > '\x9F');

    string Policy(string fault)
    {
        FaultVerdict = DkimVerdict.Policy;
        return fault;
    }

    string Permanent(string fault)
    {
        FaultVerdict = DkimVerdict.PermError;
        return fault;
    }
}
