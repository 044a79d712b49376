using System.Buffers;
using System.Net;
using Cloud.Mail.Charsets;

namespace Cloud.Mail.Headers;

/// <summary>One hop of a message, as its server wrote it down: RFC 5321 §4.4, and the many shapes in use.</summary>
/// <remarks>Anybody may have written it: only fields that servers one trusts have added mean anything.</remarks>
public sealed record Received
{
    /// <summary>What the client called itself, or where it was; null if it does not say.</summary>
    public string? From { get; init; }

    /// <summary>The client's address, from the comment (RFC 5321 §4.4 TCP-info) or the literal after "from".</summary>
    public IPAddress? FromAddress { get; init; }

    /// <summary>The name that the client's address resolved to, beside it in the comment.</summary>
    public string? FromName { get; init; }

    /// <summary>The name given with HELO or EHLO, where the comment tells it apart.</summary>
    public string? Helo { get; init; }

    /// <summary>The server that wrote this.</summary>
    public string? By { get; init; }

    /// <summary>RFC 5321 §4.4: the kind of network, in practice a program.</summary>
    public string? Via { get; init; }

    /// <summary>Protocol (RFC 3848), with a vendor's words around it if there are any.</summary>
    public string? With { get; init; }

    /// <summary>Queue id, without angle brackets.</summary>
    public string? Id { get; init; }

    /// <summary>The recipient, without angle brackets.</summary>
    public string? For { get; init; }

    public DateTimeOffset? Date { get; init; }

    /// <summary>Octets looked at of a field; real ones have under 4 KiB.</summary>
    const int MaxLength = 64 * 1024;

    enum Clause
    {
        None,
        From,
        By,
        Via,
        With,
        Id,
        For,
    }

    static readonly string[] Keywords = ["", "from", "by", "via", "with", "id", "for"];

    static readonly SearchValues<byte> WordEnd = SearchValues.Create(" \t(;"u8);

    /// <param name="value">What follows the colon, folded or not.</param>
    public static Received Parse(ReadOnlySpan<byte> value)
    {
        var reader = new StructuredReader(HeaderText.Unfold(value[..Math.Min(value.Length, MaxLength)]));
        var words = new string?[Keywords.Length];
        ReceivedClient? client = null;
        var clause = Clause.None;
        while (true)
        {
            reader.SkipWhite();
            if (reader.AtEnd || reader.TrySkip((byte)';'))
                break;
            if (reader.TryComment(out var comment))
            {
                if (clause <= Clause.From)
                    client = (client ?? default).Read(Charset.Guess(comment));
                continue;
            }

            var word = reader.Until(WordEnd);
            if (word.IsEmpty)
                reader.SkipOne(); // a parenthesis never closed
            else if (ClauseOf(word) is var next and not Clause.None && words[(int)next] is null)
                (clause, words[(int)next]) = (next, "");
            else if (clause == Clause.From && words[(int)clause] is { Length: > 0 } && word[0] == '[')
                client = (client ?? default).Read(Charset.Guess(word)); // behind the name, without parentheses
            else if (clause != Clause.None)
                Add(ref words[(int)clause], word, all: clause == Clause.With);
        }

        var from = Text(words[(int)Clause.From]);
        return new Received
        {
            From = from,
            FromAddress = client?.Address ?? ReceivedClient.AddressOf(from),
            FromName = client?.Name,
            Helo = client?.Helo,
            By = Text(words[(int)Clause.By]),
            Via = Text(words[(int)Clause.Via]),
            With = Text(words[(int)Clause.With]),
            Id = Text(words[(int)Clause.Id]),
            For = Text(words[(int)Clause.For]),
            Date = MailDate.Parse(reader.Rest),
        };
    }

    /// <summary>The first word of a clause counts; of "with" all do, for "Microsoft SMTP Server".</summary>
    static void Add(ref string? text, ReadOnlySpan<byte> word, bool all)
    {
        if (string.IsNullOrEmpty(text))
            text = Charset.Guess(word);
        else if (all && text.Length < MaxWith)
            text = $"{text} {Charset.Guess(word)}";
    }

    /// <summary>Characters of "with" after which no further word is taken.</summary>
    const int MaxWith = 64;

    static Clause ClauseOf(ReadOnlySpan<byte> word)
    {
        for (var clause = Clause.From; clause <= Clause.For; clause++)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(word, Keywords[(int)clause]))
                return clause;
        }

        return Clause.None;
    }

    static string? Text(string? word) => word?.Trim('<', '>', ',') is { Length: > 0 } text ? text : null;
}
