namespace Cloud.Cli.Archive;

/// <summary>What became of a message that was to be put into a mailbox.</summary>
/// <param name="IsNew">It is there now, and was not before.</param>
/// <param name="Refused">Why it is refused; null where it is not.</param>
readonly record struct PutResult(bool IsNew, string? Refused)
{
    public static readonly PutResult Brought = new(true, null);

    /// <summary>An earlier run had brought it.</summary>
    public static readonly PutResult Known = new(false, null);

    public static PutResult Of(string why) => new(false, why);
}
