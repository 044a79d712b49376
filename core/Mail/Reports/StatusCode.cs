namespace Cloud.Mail.Reports;

/// <summary>Enhanced status codes, and what they mean for whoever wrote the message. RFC 3463.</summary>
public static class StatusCode
{
    /// <summary>The first <c>class.subject.detail</c> in a text that stands by itself; null if there is none.</summary>
    public static string? Find(string text)
    {
        for (var i = 0; i + 4 < text.Length; i++)
        {
            if (text[i] is not ('2' or '4' or '5') || text[i + 1] != '.' || i > 0 && IsPart(text[i - 1]))
                continue;
            var end = Digits(text, i + 2);
            if (end == i + 2 || end >= text.Length || text[end] != '.')
                continue;
            var last = Digits(text, end + 1);
            if (last > end + 1 && (last == text.Length || !IsPart(text[last]) || IsSentenceEnd(text, last)))
                return text[i..last];
        }

        return null;
    }

    /// <summary>A sentence or two for a person who knows nothing of mail servers.</summary>
    public static string Explain(string status) =>
        (status.Length > 2 ? status[2..] : "") switch
        {
            "1.1" => "There is no such mailbox. Please check the address for typing mistakes.",
            "1.2" => "There is no such domain. Please check the part of the address after the @ sign.",
            "1.3" => "The address is not written in a valid form.",
            "1.6" => "The recipient has moved, and there is no new address.",
            "1.10" => "The recipient's domain does not accept mail.",
            "2.1" => "The mailbox is closed and does not accept messages.",
            "2.2" => "The recipient's mailbox is full.",
            "2.3" or "3.4" => "The message is too large for the recipient's mail system.",
            "3.2" or "3.1" or "4.5" => "The recipient's mail system is overloaded or out of space.",
            "4.1" => "The recipient's mail server does not answer.",
            "4.2" => "The connection to the recipient's mail server was lost.",
            "4.3" or "4.4" => "No mail server could be found for the recipient's domain.",
            "4.6" or "4.8" => "The message went round in circles between mail servers.",
            "4.7" => "The recipient's mail server could not be reached in time.",
            "6.3" or "6.7" or "6.9" =>
                "The recipient's mail system does not understand this kind of message or address.",
            "7.1" or "7.2" => "The recipient's mail system refused the message by its rules.",
            "7.8" or "7.10" or "7.20" or "7.21" or "7.22" or "7.23" or "7.26" or "7.27" =>
                "The recipient's mail system could not make sure that the message is really from you.",
            _ => General(status),
        };

    static string General(string status) =>
        status.Length == 0 ? "No reason was given."
        : status.StartsWith("2.", StringComparison.Ordinal) ? "The message was taken."
        : status.StartsWith("4.", StringComparison.Ordinal) ? "The recipient's mail system could not take it for now."
        : "The recipient's mail system refused the message.";

    /// <summary>At most three, as RFC 3463 §2 has them.</summary>
    static int Digits(string text, int from)
    {
        var at = from;
        while (at < text.Length && at < from + 3 && char.IsAsciiDigit(text[at]))
            at++;
        return at;
    }

    static bool IsPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-';

    static bool IsSentenceEnd(string text, int at) =>
        text[at] is '.' or '-' && (at + 1 == text.Length || !char.IsAsciiLetterOrDigit(text[at + 1]));
}
