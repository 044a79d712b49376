using System.Text;
using Cloud.Mail.Headers;

namespace Cloud.Mail;

/// <summary>What SORT compares of a message's header. RFC 5256 §3.</summary>
/// <param name="From">Local part of the first mailbox; empty if there is none.</param>
/// <param name="To">As <paramref name="From"/>.</param>
/// <param name="Cc">As <paramref name="From"/>.</param>
/// <param name="Subject">The base subject (§2.1).</param>
/// <param name="Sent">The Date field; null where INTERNALDATE stands in for it (§2.2).</param>
/// <remarks>Texts are in the form of <see cref="Casemap"/>: compare them by ordinal.</remarks>
public readonly record struct SortKeys(string From, string To, string Cc, string Subject, DateTimeOffset? Sent)
{
    public static SortKeys Of(MessageIndex index)
    {
        var envelope = index.Envelope;
        return new SortKeys(
            First(envelope.From),
            First(envelope.To),
            First(envelope.Cc),
            Casemap(index.BaseSubject.Text),
            index.SentDate
        );
    }

    /// <summary>As i;unicode-casemap compares (RFC 5051 §2): without case and composition.</summary>
    public static string Casemap(string text)
    {
        if (Ascii.IsValid(text))
            return text.ToUpperInvariant();
        try
        {
            return text.ToUpperInvariant().Normalize(NormalizationForm.FormKD);
        }
        catch (ArgumentException)
        {
            return text; // half a surrogate pair
        }
    }

    static string First(IReadOnlyList<Address> addresses)
    {
        for (var i = 0; i < addresses.Count; i++)
        {
            if (addresses[i].IsMailbox)
                return Casemap(addresses[i].Mailbox.ToString());
        }

        return "";
    }
}
