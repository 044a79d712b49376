using System.Collections.Frozen;
using Cloud.Mail;
using Cloud.Mail.Headers;

namespace Cloud.Trust.Content;

/// <summary>Who it says it is from, and for.</summary>
static class AddressRules
{
    /// <summary>Addresses in To and Cc above which a person has not written them: of our own.</summary>
    const int ManyRecipients = 50;

    /// <summary>Where anybody may have an address for nothing.</summary>
    static readonly FrozenSet<string> Freemail = (
        "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com rocketmail.com aol.com "
        + "icloud.com me.com mac.com gmx.com gmx.net gmx.de web.de mail.com email.com mail.ru bk.ru inbox.ru list.ru "
        + "yandex.ru yandex.com rambler.ru proton.me protonmail.com pm.me tutanota.com tuta.io zoho.com qq.com 163.com "
        + "126.com sina.com naver.com daum.net libero.it virgilio.it laposte.net orange.fr free.fr wp.pl o2.pl onet.pl "
        + "seznam.cz uol.com.br bol.com.br rediffmail.com fastmail.com hushmail.com yahoo.co.uk yahoo.fr yahoo.de "
        + "hotmail.co.uk hotmail.fr outlook.fr outlook.de"
    )
        .Split(' ')
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static IEnumerable<ContentRule> All { get; } =
    [
        ContentRule.If("MISSING_FROM", 2.5m, "There is no author", message => !message.Author.IsMailbox),
        ContentRule.If("MULTIPLE_FROM", 3.0m, "There are several From fields", message => message.Count("From") > 1),
        ContentRule.If(
            "FROM_NO_DOMAIN",
            2.0m,
            "The author's address has no domain",
            message => message.Author.IsMailbox && !HasDomain(message.Author)
        ),
        ContentRule.Naming(
            "FROM_NAME_HAS_ADDRESS",
            2.5m,
            "The author's name shows an address of another domain",
            AddressInName
        ),
        ContentRule.Naming(
            "REPLYTO_FREEMAIL",
            2.0m,
            "Answers go to a free mailbox, though the author's address is none",
            FreeReply
        ),
        ContentRule.If(
            "TO_EQUALS_FROM",
            1.0m,
            "It is addressed to its author, who is not authenticated",
            message => !message.IsAuthenticated && ToItself(message)
        ),
        ContentRule.If(
            "FROM_LOCAL_FORGED",
            3.0m,
            "It claims to be from one of our own domains, which nothing proves",
            message => message.Facts.AuthorIsLocal && !message.IsAuthenticated
        ),
        ContentRule.If("UNDISCLOSED_RECIPIENTS", 0.5m, "It names no recipient", message => !message.Recipients.Any()),
        ContentRule.If(
            "MANY_RECIPIENTS",
            0.7m,
            "It names more than 50 recipients",
            message => message.Recipients.Skip(ManyRecipients).Any()
        ),
    ];

    static bool HasDomain(Address address) =>
        address.Host.ToString() is { Length: > 0 } host && EmailAddress.IsDomain(host);

    static string? AddressInName(ContentCase message)
    {
        var name = EncodedWords.Decode(message.Author.Name.Span);
        foreach (var word in name.Split(" \t\"'()<>[],;:".ToCharArray(), StringSplitOptions.RemoveEmptyEntries))
        {
            if (
                word.Contains('@', StringComparison.Ordinal)
                && EmailAddress.TryParse(word) is { } shown
                && shown.Domain.Contains('.', StringComparison.Ordinal)
                && !WebHost.SameOwner(EmailAddress.CanonicalDomain(shown.Domain), message.AuthorDomain)
            )
                return word;
        }

        return null;
    }

    static string? FreeReply(ContentCase message)
    {
        if (message.AuthorDomain.Length == 0 || Freemail.Contains(message.AuthorDomain))
            return null;
        return message
            .Envelope.ReplyTo.Where(address => address.IsMailbox && Freemail.Contains(address.Host.ToString()))
            .Select(address => address.Spec)
            .FirstOrDefault();
    }

    static bool ToItself(ContentCase message) =>
        message.Author.IsMailbox
        && message.Recipients.Any(address =>
            address.Spec.Equals(message.Author.Spec, StringComparison.OrdinalIgnoreCase)
        );
}
