using System.Net;
using Cloud.Dns;
using Cloud.Listener.Hosting.Abuse;
using Cloud.Trust.DnsLists;
using Cloud.Wire.Limits;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>What the ports log. Ids 1000 to 1099.</summary>
static partial class Log
{
    [LoggerMessage(1000, LogLevel.Warning, "{Port}: too many connections, {Address} turned away")]
    public static partial void TooManyConnections(ILogger logger, string port, IPAddress address);

    [LoggerMessage(1001, LogLevel.Information, "{Port}: TLS handshake with {Address} failed: {Reason}")]
    public static partial void HandshakeFailed(ILogger logger, string port, IPAddress address, string reason);

    [LoggerMessage(1002, LogLevel.Debug, "{Port}: {Address} is gone: {Reason}")]
    public static partial void PeerGone(ILogger logger, string port, IPAddress address, string reason);

    [LoggerMessage(1003, LogLevel.Error, "{Port}: session with {Address} failed (connection {Connection})")]
    public static partial void SessionFailed(
        ILogger logger,
        Exception exception,
        string port,
        IPAddress address,
        string connection
    );

    [LoggerMessage(
        1004,
        LogLevel.Information,
        "Clients' addresses are hidden by a proxy: no limit, ban, SPF, list or greylist is judged by them"
    )]
    public static partial void AddressesHidden(ILogger logger);

    [LoggerMessage(1005, LogLevel.Warning, "{Port}: no sound PROXY header from {Proxy}: {Reason}; closed")]
    public static partial void BadProxyHeader(ILogger logger, string port, IPAddress proxy, string reason);

    [LoggerMessage(1006, LogLevel.Warning, "{Address} is banned for {Length} after abuse, lastly {Offence}")]
    public static partial void Banned(ILogger logger, AddressKey address, TimeSpan length, Offence offence);

    [LoggerMessage(1007, LogLevel.Information, "{Address} may come again")]
    public static partial void BanEnded(ILogger logger, AddressKey address);

    [LoggerMessage(1009, LogLevel.Error, "List {List} lists everything, and is not asked any more: {Reason}")]
    public static partial void ListIsOff(ILogger logger, DnsName list, string reason);

    [LoggerMessage(1010, LogLevel.Warning, "List {List} tells nothing, {Health}: {Reason}")]
    public static partial void ListTellsNothing(ILogger logger, DnsName list, DnsListHealth health, string reason);

    [LoggerMessage(1011, LogLevel.Information, "List {List} works, and is asked")]
    public static partial void ListWorks(ILogger logger, DnsName list);

    [LoggerMessage(1012, LogLevel.Error, "The gateway refuses counts of {Domains} domains for their reports: dropped")]
    public static partial void CountsRefused(ILogger logger, Exception exception, int domains);

    [LoggerMessage(
        1013,
        LogLevel.Warning,
        "The gateway does not answer: the oldest {Requests} requests with counts for reports are dropped"
    )]
    public static partial void CountsTooMany(ILogger logger, int requests);

    [LoggerMessage(1014, LogLevel.Information, "Public Suffix List: {Rules} rules, of {File}")]
    public static partial void SuffixesInForce(ILogger logger, int rules, string file);

    [LoggerMessage(1015, LogLevel.Warning, "Public Suffix List {File} is not used: {Reason}")]
    public static partial void SuffixesRefused(ILogger logger, string file, string reason);

    [LoggerMessage(1008, LogLevel.Debug, "{Port}: {Address} turned away: {Reason}")]
    public static partial void TurnedAway(ILogger logger, string port, IPAddress address, string reason);
}
