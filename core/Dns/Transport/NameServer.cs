using System.Net;
using System.Net.Sockets;
using Cloud.Dns.Messages;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Dns.Transport;

/// <summary>A server, with what is known of it: whether it answers, and whether it knows EDNS.</summary>
sealed class NameServer(IPEndPoint address, TimeSpan timeout, TimeProvider time, Entropy entropy, ILogger logger)
    : IDisposable
{
    /// <summary>Faults in a row after which others are asked first: one datagram may be lost, three are not.</summary>
    const int MaxFaults = 3;

    /// <summary>How long others are asked first: a resolver that restarts is back sooner.</summary>
    static readonly TimeSpan DownTime = TimeSpan.FromSeconds(30);

    /// <summary>How long a server is asked without EDNS: RFC 6891 §6.2.2 lets it be remembered, and it may be replaced.</summary>
    static readonly TimeSpan PlainTime = TimeSpan.FromMinutes(15);

    readonly UdpExchange udp = new(address, entropy, logger);
    readonly TcpChannel tcp = new(address, time, entropy);
    readonly Lock guard = new();
    int faults;
    long downSince;
    long? plainSince;

    /// <summary>True while others shall be asked first.</summary>
    public bool IsDown
    {
        get
        {
            lock (guard)
                return faults >= MaxFaults && time.GetElapsedTime(downSince) < DownTime;
        }
    }

    bool IsPlain
    {
        get
        {
            lock (guard)
                return plainSince is { } since && time.GetElapsedTime(since) < PlainTime;
        }
    }

    /// <returns>A message that answers the question, whatever it says; or why there is none, with the server's address.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> asks for it; a timeout is a value.</exception>
    public async Task<Reply> AskAsync(Question question, CancellationToken cancel)
    {
        var withEdns = !IsPlain;
        var reply = await ExchangeAsync(question, withEdns, cancel);
        if (withEdns && reply.Message?.Code is ResponseCode.FormatError or ResponseCode.NotImplemented)
        {
            // RFC 6891 §7: it may not know EDNS, which shows when it knows the question without.
            reply = await ExchangeAsync(question, withEdns: false, cancel);
            if (reply.Message?.Code is ResponseCode.NoError or ResponseCode.NameError)
                KeepPlain();
        }

        Note(reply);
        return reply;
    }

    public void Dispose() => tcp.Dispose();

    public override string ToString() => address.ToString();

    async Task<Reply> ExchangeAsync(Question question, bool withEdns, CancellationToken cancel)
    {
        var reply = await InTimeAsync(token => udp.AskAsync(question, withEdns, token), "", cancel);
        return reply.IsTruncated
            ? await InTimeAsync(token => tcp.AskAsync(question, withEdns, token), " over TCP", cancel)
            : reply;
    }

    async Task<Reply> InTimeAsync(Func<CancellationToken, Task<Reply>> ask, string how, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            var reply = await ask(either.Token);
            return reply.Fault is { } fault ? Reply.Failed($"{fault} from {address}") : reply;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Reply.Failed($"no answer from {address}{how}");
        }
        catch (SocketException e)
        {
            return Reply.Failed($"{e.SocketErrorCode} at {address}{how}");
        }
    }

    void KeepPlain()
    {
        lock (guard)
            plainSince = time.GetTimestamp();
        Log.WithoutEdns(logger, address);
    }

    void Note(Reply reply)
    {
        bool wasDown,
            isDown;
        lock (guard)
        {
            wasDown = faults >= MaxFaults;
            faults = reply.Message is null ? faults + 1 : 0;
            isDown = faults >= MaxFaults;
            if (isDown)
                downSince = time.GetTimestamp();
        }

        if (isDown && !wasDown)
            Log.ServerFails(logger, address, reply.Fault!);
        if (wasDown && !isDown)
            Log.ServerAnswers(logger, address);
    }
}
