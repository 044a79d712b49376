namespace Cloud.Mail.Archives;

/// <summary>Status and X-Status, the fields in which mbox readers keep flags. They belong to the file.</summary>
static class MboxStatus
{
    public static bool IsName(ReadOnlySpan<byte> name) =>
        System.Text.Ascii.EqualsIgnoreCase(name, "Status"u8) || System.Text.Ascii.EqualsIgnoreCase(name, "X-Status"u8);

    /// <param name="value">Of either field: letters that mean nothing are passed over.</param>
    public static MessageFlags Parse(ReadOnlySpan<byte> value)
    {
        var flags = MessageFlags.None;
        foreach (var letter in value)
        {
            flags |= (char)letter switch
            {
                'R' => MessageFlags.Seen,
                'O' => MessageFlags.Old,
                'A' => MessageFlags.Answered,
                'F' => MessageFlags.Flagged,
                'D' => MessageFlags.Deleted,
                'T' => MessageFlags.Draft,
                _ => MessageFlags.None,
            };
        }

        return flags;
    }

    /// <returns>The fields, or nothing, with LF.</returns>
    public static string Format(MessageFlags flags)
    {
        var status = Letters(flags, (MessageFlags.Seen, 'R'), (MessageFlags.Old, 'O'));
        var more = Letters(
            flags,
            (MessageFlags.Answered, 'A'),
            (MessageFlags.Flagged, 'F'),
            (MessageFlags.Deleted, 'D'),
            (MessageFlags.Draft, 'T')
        );
        return (status.Length > 0 ? $"Status: {status}\n" : "") + (more.Length > 0 ? $"X-Status: {more}\n" : "");
    }

    static string Letters(MessageFlags flags, params ReadOnlySpan<(MessageFlags Flag, char Letter)> table)
    {
        var letters = "";
        foreach (var (flag, letter) in table)
            letters += flags.HasFlag(flag) ? letter : "";
        return letters;
    }
}
