using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Wire;

namespace Cloud.Listener.Smtp;

/// <summary>The Return-Path and Received fields put before a message (RFC 5321 §4.4).</summary>
/// <remarks>
/// A Return-Path that the message already had is left where it is: §4.4 only says it MAY be removed, and what comes
/// in is kept octet for octet. The one on top is ours.
/// </remarks>
static class TraceHeader
{
    public static byte[] Format(
        SmtpOptions options,
        Peer peer,
        MailTransaction transaction,
        TransactionId id,
        string protocol,
        DateTimeOffset now
    ) =>
        Encoding.UTF8.GetBytes(
            $"Return-Path: <{transaction.From}>\r\n"
                + ReceivedOf(options, peer, transaction, id, protocol, now, tellsClient: true)
        );

    /// <param name="tellsClient">False leaves out who has sent the message from where (RFC 5321 §7.6).</param>
    /// <returns>With its CRLF.</returns>
    public static string ReceivedOf(
        SmtpOptions options,
        Peer peer,
        MailTransaction transaction,
        TransactionId id,
        string protocol,
        DateTimeOffset now,
        bool tellsClient
    )
    {
        var text = new StringBuilder("Received: ", 512);
        // The TCP-info may be left out: better than a proxy's address, which is not the sender's.
        var seen = ClientAddress.IsKnown(peer.Address) ? $" ({Literal(peer.Address)})" : "";
        if (tellsClient)
            text.Append(CultureInfo.InvariantCulture, $"from {peer.Helo}{seen}\r\n\t");
        text.Append(CultureInfo.InvariantCulture, $"by {options.Hostname} with {protocol} id {id}");
        if (peer.Tls is not null)
            text.Append(CultureInfo.InvariantCulture, $"\r\n\t({peer.Tls})");
        // More than one would tell each recipient of the others (RFC 5321 §7.2).
        if (transaction.Recipients is [var only])
            text.Append(CultureInfo.InvariantCulture, $"\r\n\tfor <{only.Address}>");
        text.Append(CultureInfo.InvariantCulture, $";\r\n\t{now.UtcDateTime:ddd, dd MMM yyyy HH:mm:ss} +0000\r\n");
        return text.ToString();
    }

    /// <summary>The WITH clause's keyword (RFC 3848, RFC 6531 §4.3).</summary>
    public static string Protocol(bool extended, bool smtpUtf8, bool secure, bool authenticated)
    {
        if (!extended)
            return "SMTP";
        var name = smtpUtf8 ? "UTF8SMTP" : "ESMTP";
        return $"{name}{(secure ? "S" : "")}{(authenticated ? "A" : "")}";
    }

    /// <summary>RFC 5321 §4.1.3.</summary>
    static string Literal(IPAddress address)
    {
        var plain = PlainAddress.Of(address);
        return plain.AddressFamily == AddressFamily.InterNetworkV6 ? $"[IPv6:{plain}]" : $"[{plain}]";
    }
}
