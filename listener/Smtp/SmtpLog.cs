using System.Net;
using Cloud.Flow.Door;
using Cloud.Store;
using Cloud.Trust.Content;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Smtp;

/// <summary>What the SMTP ports log: ids 2000 to 2099. No addresses of people, no passwords.</summary>
static partial class SmtpLog
{
    /// <param name="size">Octets, without our trace fields.</param>
    [LoggerMessage(
        2000,
        LogLevel.Information,
        "{Transaction}: {Size} octets for {Recipients} from {Address} by {Protocol}: {Outcome}"
    )]
    public static partial void Transaction(
        ILogger logger,
        TransactionId transaction,
        long size,
        int recipients,
        IPAddress address,
        string protocol,
        Reply outcome
    );

    [LoggerMessage(2001, LogLevel.Error, "{Transaction}: the store failed")]
    public static partial void StoreFailed(ILogger logger, Exception exception, TransactionId transaction);

    [LoggerMessage(2002, LogLevel.Error, "The store failed at {Verb} (connection {Connection})")]
    public static partial void CommandFailed(ILogger logger, Exception exception, string verb, string connection);

    [LoggerMessage(2003, LogLevel.Information, "TLS handshake with {Address} failed: {Reason}")]
    public static partial void HandshakeFailed(ILogger logger, IPAddress address, string reason);

    [LoggerMessage(2004, LogLevel.Information, "{Address} failed to authenticate by {Mechanism}: {Outcome}")]
    public static partial void NotAuthenticated(ILogger logger, IPAddress address, string mechanism, string outcome);

    [LoggerMessage(2005, LogLevel.Information, "{Address} was sent away: {Reason}")]
    public static partial void SentAway(ILogger logger, IPAddress address, string reason);

    [LoggerMessage(2007, LogLevel.Information, "{Transaction}: {Outcome}, {Score}: {Reason}")]
    public static partial void Judged(
        ILogger logger,
        TransactionId transaction,
        DoorOutcome outcome,
        ContentScore score,
        string reason
    );

    [LoggerMessage(2008, LogLevel.Warning, "{Transaction}: why it was refused is not kept: {Reason}")]
    public static partial void NotKept(ILogger logger, TransactionId transaction, string reason);

    [LoggerMessage(2009, LogLevel.Information, "{Transaction}: a recipient of {Address}'s is refused: {Outcome}")]
    public static partial void RecipientRefused(
        ILogger logger,
        TransactionId transaction,
        IPAddress address,
        Reply outcome
    );

    [LoggerMessage(2006, LogLevel.Information, "{Transaction}: given up after {Size} octets from {Address}")]
    public static partial void GivenUp(ILogger logger, TransactionId transaction, long size, IPAddress address);
}
