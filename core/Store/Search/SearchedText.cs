using System.Text;
using Cloud.Mail;
using Cloud.Mail.Charsets;
using Cloud.Mail.Headers;
using Cloud.Store.Overviews;

namespace Cloud.Store.Search;

/// <summary>What a search looks for: by i;unicode-casemap (RFC 5255 §4.2): without case, and however accents were composed.</summary>
sealed class SearchedText(string wanted)
{
    /// <summary>Octets of a field that are widened on the stack.</summary>
    const int OnStack = 512;

    readonly string wanted = SortKeys.Casemap(wanted);

    public bool IsIn(ReadOnlySpan<char> text)
    {
        if (Ascii.IsValid(text))
            return text.Contains(wanted, StringComparison.OrdinalIgnoreCase);
        return SortKeys.Casemap(text.ToString()).Contains(wanted, StringComparison.Ordinal);
    }

    /// <param name="field">As it stands in a header: encoded words are decoded.</param>
    public bool IsInField(ReadOnlySpan<byte> field)
    {
        if (field.Length > OnStack || !Ascii.IsValid(field) || field.IndexOf("=?"u8) >= 0)
            return IsIn(EncodedWords.Decode(field));
        Span<char> text = stackalloc char[OnStack];
        return text[..Encoding.ASCII.GetChars(field, text)].Contains(wanted, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>In an address as it is shown: <c>name &lt;local@host&gt;</c>.</summary>
    public bool IsInAddress(in OverviewAddress address)
    {
        var name = address.Name.Span;
        var mailbox = address.Mailbox.Span;
        var host = address.Host.Span;
        if (name.Length + mailbox.Length + host.Length > OnStack - 4)
            return IsIn(Whole(name, mailbox, host));
        Span<byte> shown = stackalloc byte[OnStack];
        var length = 0;
        Add(shown, ref length, name);
        Add(shown, ref length, " <"u8);
        Add(shown, ref length, mailbox);
        if (!host.IsEmpty)
            Add(shown, ref length, "@"u8);
        Add(shown, ref length, host);
        Add(shown, ref length, ">"u8);
        if (!Ascii.IsValid(shown[..length]) || name.IndexOf("=?"u8) >= 0)
            return IsIn(Whole(name, mailbox, host));
        Span<char> text = stackalloc char[OnStack];
        return text[..Encoding.ASCII.GetChars(shown[..length], text)]
            .Contains(wanted, StringComparison.OrdinalIgnoreCase);
    }

    static void Add(Span<byte> shown, ref int length, ReadOnlySpan<byte> part)
    {
        part.CopyTo(shown[length..]);
        length += part.Length;
    }

    static string Whole(ReadOnlySpan<byte> name, ReadOnlySpan<byte> mailbox, ReadOnlySpan<byte> host)
    {
        var address = Charset.Guess(mailbox);
        return $"{EncodedWords.Decode(name)} <{(host.IsEmpty ? address : $"{address}@{Charset.Guess(host)}")}>";
    }
}
