namespace Cloud.Mail.Reports;

/// <summary>The machine-readable part of a message disposition notification. RFC 8098 §3.</summary>
public sealed record DispositionReport
{
    /// <summary>Name and product: <c>mail.here.example; Cloud</c>.</summary>
    public string? ReportingUa { get; init; }
    public TypedText? Gateway { get; init; }
    public TypedText? OriginalRecipient { get; init; }
    public required TypedText FinalRecipient { get; init; }

    /// <summary>Without angle brackets.</summary>
    public string? OriginalMessageId { get; init; }
    public required MessageDisposition Disposition { get; init; }

    /// <summary>Text of Error fields; with any, the disposition has the modifier <c>error</c>.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];
    public IReadOnlyList<KeyValuePair<string, string>> Extensions { get; init; } = [];
}

/// <summary>What became of a message at its reader: RFC 8098 §3.2.6. (A part's is <see cref="Disposition"/>.)</summary>
/// <param name="Type"><c>displayed</c>, <c>deleted</c>, <c>dispatched</c>, <c>processed</c>, or one of later standards
/// and of older software (<c>denied</c>, <c>failed</c>); lower case.</param>
/// <param name="IsManualAction">A person did it, not a rule.</param>
/// <param name="IsSentManually">A person agreed to tell.</param>
/// <param name="Modifiers">Lower case: <c>error</c> is the standard's only one.</param>
public sealed record MessageDisposition(
    string Type,
    bool IsManualAction,
    bool IsSentManually,
    IReadOnlyList<string> Modifiers
)
{
    public const string Displayed = "displayed";
    public const string Deleted = "deleted";

    /// <summary>Lenient: the modes may be missing, and then count as manual.</summary>
    public static MessageDisposition Parse(string value)
    {
        var semicolon = value.IndexOf(';', StringComparison.Ordinal);
        var mode = semicolon < 0 ? "" : value[..semicolon];
        var outcome = value[(semicolon + 1)..].Split('/', 2);
        var modifiers = outcome.Length < 2 ? [] : outcome[1].Split(',', StringSplitOptions.TrimEntries);
        return new(
            Word(outcome[0]),
            !mode.Contains("automatic-action", StringComparison.OrdinalIgnoreCase),
            !mode.Contains("sent-automatically", StringComparison.OrdinalIgnoreCase),
            [.. modifiers.Where(modifier => modifier.Length > 0).Select(modifier => Word(modifier))]
        );
    }

    public override string ToString() =>
        $"{(IsManualAction ? "manual-action" : "automatic-action")}/"
        + $"{(IsSentManually ? "MDN-sent-manually" : "MDN-sent-automatically")}; "
        + string.Join('/', Modifiers.Count == 0 ? [Type] : [Type, string.Join(',', Modifiers)]);

    static string Word(string text) => text.Trim().ToLowerInvariant();
}
