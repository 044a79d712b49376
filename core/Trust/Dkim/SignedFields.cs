namespace Cloud.Trust.Dkim;

/// <summary>Which fields a signature covers. RFC 6376 §5.4.1.</summary>
static class SignedFields
{
    /// <summary>Named once more than they occur, so that nobody can add another one and have it shown. §8.15.</summary>
    static readonly string[] Sealed =
    [
        "From",
        "To",
        "Cc",
        "Subject",
        "Date",
        "Reply-To",
        "Message-ID",
        "In-Reply-To",
        "References",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
        "Content-Disposition",
        "Auto-Submitted",
    ];

    /// <summary>
    /// Signed where they are, but others may come: lists add theirs, forwarders resend. Sender is not sealed for the same
    /// reason. What servers on the way write (Received, Return-Path) is not signed at all.
    /// </summary>
    static readonly string[] Present =
    [
        "Sender",
        "Resent-Date",
        "Resent-From",
        "Resent-To",
        "Resent-Cc",
        "Resent-Message-ID",
        "Content-ID",
        "Content-Description",
        "Content-Language",
        "List-Id",
        "List-Help",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "List-Subscribe",
        "List-Post",
        "List-Owner",
        "List-Archive",
        "Feedback-ID",
    ];

    /// <summary>h= for a header.</summary>
    public static List<string> Of(HeaderBlock header)
    {
        var names = new List<string>(Sealed.Length + 16);
        foreach (var name in Sealed)
            names.AddRange(Enumerable.Repeat(name, Occurrences(header, name) + 1));
        foreach (var name in Present)
            names.AddRange(Enumerable.Repeat(name, Occurrences(header, name)));
        return names;
    }

    /// <summary>What is repeated beyond reason is signed in part, so that the list stays short.</summary>
    static int Occurrences(HeaderBlock header, string name) => Math.Min(header.Named(name).Count, 8);
}
