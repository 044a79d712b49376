using System.Net;
using System.Net.Sockets;

namespace Cloud.Wire.Smtp;

/// <summary>How to reach a server, and what is demanded of it before it gets a message.</summary>
public sealed record SmtpOptions
{
    /// <summary>The address to connect to; IPv4 or IPv6. Names are the caller's to look up.</summary>
    public required IPEndPoint EndPoint { get; init; }

    /// <summary>What EHLO says: our own full name, or an address literal (<see cref="Literal"/>). RFC 5321 §4.1.4.</summary>
    public required string Hostname { get; init; }

    /// <summary>The server's name, in A-labels, for SNI and for facts; null for an address literal.</summary>
    public string? ServerName { get; init; }

    public SmtpTlsDemand Tls { get; init; } = SmtpTlsDemand.Opportunistic;

    /// <summary>TLS from the first octet (port 465, RFC 8314 §3.3) instead of STARTTLS.</summary>
    public bool ImplicitTls { get; init; }

    /// <summary>For smarthosts; null: nobody is asked to log in.</summary>
    public SmtpCredentials? Credentials { get; init; }

    /// <summary>Whether credentials may go out without TLS. Only for a host on a way that nobody else can read.</summary>
    public bool AllowClearCredentials { get; init; }

    /// <summary>False: one command at a time even if PIPELINING is offered, for servers that break it.</summary>
    public bool Pipelining { get; init; } = true;

    /// <summary>True: BDAT wherever it is offered. False: only for what DATA cannot carry (BINARYMIME).</summary>
    public bool PreferChunking { get; init; }

    public SmtpTimeouts Timeouts { get; init; } = SmtpTimeouts.Default;

    /// <summary>Makes the connection. What it throws becomes the failure's reason.</summary>
    public Func<IPEndPoint, CancellationToken, ValueTask<Stream>> Connect { get; init; } = ConnectAsync;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>An address as EHLO and envelopes write it: <c>[192.0.2.1]</c>, <c>[IPv6:2001:db8::1]</c>. RFC 5321 §4.1.3.</summary>
    public static string Literal(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"[IPv6:{new IPAddress(address.GetAddressBytes())}]" // Without its scope.
            : $"[{address}]";
    }

    static async ValueTask<Stream> ConnectAsync(IPEndPoint endPoint, CancellationToken cancel)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
