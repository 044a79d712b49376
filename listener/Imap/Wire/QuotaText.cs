using Cloud.Api.Gateway;

namespace Cloud.Listener.Imap.Wire;

/// <summary>The QUOTA response (RFC 9208 §4.2.1).</summary>
static class QuotaText
{
    /// <summary>The unit of STORAGE, in octets (RFC 9208 §5.1).</summary>
    const long Unit = 1024;

    /// <param name="use">Of an account that is limited.</param>
    public static void Quota(this ImapWriter writer, string root, AccountUse use)
    {
        writer.Put("* QUOTA "u8);
        writer.Mailbox(root);
        writer.Put($" (STORAGE {Units(use.Octets)} {Units(use.Quota)})");
        writer.Crlf();
    }

    /// <summary>What is begun counts whole; so a limit of few octets is not none.</summary>
    static long Units(long octets) => octets / Unit + (octets % Unit > 0 ? 1 : 0);
}
