using Cloud.Mail;
using Cloud.Store.Outbox;

namespace Cloud.Flow.Outbound;

/// <summary>Whether a sender wants to be told. RFC 3461 §4.1, §5.2.</summary>
static class DsnWishes
{
    /// <param name="from">The message's reverse path: nobody is told where there is none, so no bounce bounces.</param>
    /// <param name="notify">NOTIFY; without one, failures and delays are told.</param>
    public static bool Wants(EmailAddress? from, string? notify, NoticeKinds kind)
    {
        if (from is null)
            return false;
        if (notify is null)
            return kind != NoticeKinds.Succeeded;
        var word = kind switch
        {
            NoticeKinds.Delayed => "DELAY",
            NoticeKinds.Failed => "FAILURE",
            _ => "SUCCESS",
        };
        return notify.Split(',').Any(wish => wish.Trim().Equals(word, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// For addresses behind one that leads to several, or to a mailbox: of success is told once, for all of them, where it is
    /// expanded (RFC 3461 §5.2.7.3).
    /// </summary>
    public static string? WithoutSuccess(string? notify)
    {
        if (notify is null || !notify.Contains("SUCCESS", StringComparison.OrdinalIgnoreCase))
            return notify;
        var others = notify
            .Split(',', StringSplitOptions.TrimEntries)
            .Where(wish => !wish.Equals("SUCCESS", StringComparison.OrdinalIgnoreCase));
        return string.Join(',', others) is { Length: > 0 } left ? left : "NEVER";
    }

    /// <summary>What is owed to the sender now that a recipient has come to its end.</summary>
    public static NoticeKinds Owed(EmailAddress? from, string? notify, RecipientState state) =>
        state switch
        {
            RecipientState.Failed when Wants(from, notify, NoticeKinds.Failed) => NoticeKinds.Failed,
            RecipientState.Delivered or RecipientState.Relayed when Wants(from, notify, NoticeKinds.Succeeded) =>
                NoticeKinds.Succeeded,
            _ => NoticeKinds.None,
        };
}
