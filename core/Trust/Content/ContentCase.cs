using Cloud.Mail;
using Cloud.Mail.Headers;

namespace Cloud.Trust.Content;

/// <summary>A message as the rules ask about it; what several of them need is worked out once.</summary>
sealed class ContentCase
{
    readonly Lazy<IReadOnlyList<AttachedFile>> files;
    readonly Lazy<int> letters;

    public ContentCase(MessageSample message, ContentFacts facts, DateTimeOffset received)
    {
        (Message, Facts, Received) = (message, facts, received);
        Author = Envelope.From.FirstOrDefault(address => address.IsMailbox);
        AuthorDomain = EmailAddress.CanonicalDomain(Author.Host.ToString());
        files = new(() => AttachedFile.In(message));
        letters = new(() => message.Texts.Max(text => (int?)LettersIn(text.Words)) ?? 0);
    }

    public MessageSample Message { get; }

    public ContentFacts Facts { get; }

    public DateTimeOffset Received { get; }

    public Envelope Envelope => Message.Index.Envelope;

    /// <summary>The first author; the default where there is none.</summary>
    public Address Author { get; }

    /// <summary>In A-labels, lower case; empty where there is none.</summary>
    public string AuthorDomain { get; }

    public IReadOnlyList<Link> Links => Message.Links;

    public IReadOnlyList<AttachedFile> Files => files.Value;

    /// <summary>Letters and digits of the longest text.</summary>
    public int Letters => letters.Value;

    public bool HasHtml => Message.Texts.Any(text => text.IsHtml);

    public bool HasPlain => Message.Texts.Any(text => !text.IsHtml);

    /// <summary>Somebody answers for the author's domain.</summary>
    public bool IsAuthenticated =>
        Facts.IsAuthenticated
        || AuthorDomain.Length > 0
            && Facts.Dkim.Any(result =>
                result is { IsPass: true, UncoveredOctets: 0 } && WebHost.SameOwner(result.Domain, AuthorDomain)
            );

    public int Count(string name) => Message.Named(name).Count();

    public bool Has(string name) => Message.Named(name).Any();

    public IEnumerable<Address> Recipients =>
        Envelope.To.Concat(Envelope.Cc).Concat(Envelope.Bcc).Where(address => address.IsMailbox);

    public bool IsOurs(string? host) =>
        host is not null
        && Facts.OwnHosts.Any(own => own.Equals(host.TrimEnd('.'), StringComparison.OrdinalIgnoreCase));

    /// <summary>A loop of its own: every character of every message comes through here.</summary>
    static int LettersIn(string text)
    {
        var count = 0;
        foreach (var c in text)
            count += char.IsLetterOrDigit(c) ? 1 : 0;
        return count;
    }
}

/// <param name="Host">Where it leads.</param>
/// <param name="Text">What it shows; empty in plain text.</param>
sealed record Link(WebHost Host, string Text)
{
    /// <summary>Links that are looked at, of all texts together.</summary>
    const int Max = 500;

    public static IEnumerable<Link> In(IEnumerable<SampleText> texts) => texts.SelectMany(In).Take(Max);

    static IEnumerable<Link> In(SampleText text)
    {
        if (!text.IsHtml)
        {
            foreach (var host in PlainLinks.In(text.Source))
                yield return new(host, "");
            yield break;
        }

        foreach (var link in text.Html.Links)
        {
            if (WebHost.Of(link.Url) is { } host)
                yield return new(host, link.Text);
        }
    }
}

/// <summary>Web addresses in plain text.</summary>
static class PlainLinks
{
    const int Max = 500;

    static readonly System.Buffers.SearchValues<char> End = System.Buffers.SearchValues.Create(" \t\r\n<>\"'`|{}^");

    public static IEnumerable<WebHost> In(string text)
    {
        var at = 0;
        for (var count = 0; count < Max; count++)
        {
            var found = text.IndexOf("://", at, StringComparison.Ordinal);
            if (found < 0)
                yield break;
            at = found + 3;
            var scheme = text.AsSpan(Math.Max(0, found - 5), Math.Min(5, found));
            var length =
                scheme.EndsWith("https", StringComparison.OrdinalIgnoreCase) ? 5
                : scheme.EndsWith("http", StringComparison.OrdinalIgnoreCase) ? 4
                : 0;
            if (length == 0)
                continue;
            var rest = text.AsSpan(at);
            var end = rest.IndexOfAny(End);
            end = end < 0 ? rest.Length : end;
            var url = text[(found - length)..(at + end)];
            at += end;
            if (WebHost.Of(url) is { } host)
                yield return host;
        }
    }
}
