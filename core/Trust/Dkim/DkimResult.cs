namespace Cloud.Trust.Dkim;

/// <summary>What one signature came to, and how.</summary>
/// <param name="Verdict">Only <see cref="DkimVerdict.Pass"/> says anything of the domain.</param>
/// <param name="Reason">One short line: what decided. Holds text of the message: escape it where that matters.</param>
/// <param name="Steps">What was found on the way, for a trace.</param>
public sealed record DkimResult(DkimVerdict Verdict, string Reason, IReadOnlyList<string> Steps)
{
    /// <summary>d=, as written; empty where there is none.</summary>
    public string Domain { get; init; } = "";

    /// <summary>s=.</summary>
    public string Selector { get; init; } = "";

    /// <summary>i=, or `@` and the domain.</summary>
    public string Identity { get; init; } = "";

    /// <summary>a=.</summary>
    public string Algorithm { get; init; } = "";

    /// <summary>The first characters of b=, which tell signatures apart: header.b of RFC 6008.</summary>
    public string SignatureStart { get; init; } = "";

    /// <summary>Of the key; 0 where none was had.</summary>
    public int KeyBits { get; init; }

    /// <summary>The domain only tries (t=y): a failure must not count against it. RFC 6376 §3.6.1.</summary>
    public bool IsTesting { get; init; }

    /// <summary>Octets at the end of the body that l= leaves unsigned: anyone may have written them. RFC 6376 §8.2.</summary>
    public long UncoveredOctets { get; init; }

    public bool IsPass => Verdict == DkimVerdict.Pass;

    /// <summary>Nobody can tell for now: it may verify.</summary>
    public bool IsUnknown => Verdict == DkimVerdict.TempError;

    public override string ToString() => $"dkim={Verdict.ToString().ToLowerInvariant()} ({Reason}) header.d={Domain}";
}
