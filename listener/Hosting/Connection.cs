using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using Cloud.Api.Gateway;
using Cloud.Listener.Hosting.Abuse;
using Cloud.Listener.Tls;
using Cloud.Wire.Sasl;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Cloud.Listener.Hosting;

/// <summary>Why a read ended without the peer having sent anything.</summary>
[Flags]
public enum Interruption
{
    None = 0,

    /// <summary>The time allowed for the read is over.</summary>
    Timeout = 1,

    /// <summary>The server is stopping: say goodbye at the next opportunity.</summary>
    Drain = 2,

    /// <summary><see cref="Connection.Wake"/> was called: something other than the peer wants attention.</summary>
    Wake = 4,

    /// <summary>Comes with <see cref="Drain"/>: what the peer logged in with counts no more, and nothing waits for its end.</summary>
    Revoked = 8,
}

/// <summary>What a read brought.</summary>
/// <param name="Result">Meaningful when there was no interruption; then the reader must be advanced.</param>
public readonly record struct ConnectionRead(ReadResult Result, Interruption Interruption);

/// <summary>One accepted connection: its pipes before and after TLS, its peer, and reads with a deadline.</summary>
/// <remarks>
/// Used by one session at a time; only <see cref="Wake"/> and <see cref="Abort"/> may be called from elsewhere. An
/// interrupted read is not cancelled but goes on underneath, and the next read takes it up.
/// </remarks>
public sealed class Connection : IAsyncDisposable
{
    const Interruption All = Interruption.Timeout | Interruption.Drain | Interruption.Wake | Interruption.Revoked;

    readonly ConnectionContext context;
    readonly InterruptibleRead read = new();
    readonly Deadline deadline;
    readonly CancellationTokenRegistration draining;
    readonly CancellationTokenSource ending = new();
    CancellationTokenSource? login;
    SslStream? tls;
    CompressedStream? compressed;
    bool writing;

    /// <param name="trustAddress">False where the address seen is not the peer's: behind a proxy that hides it.</param>
    public Connection(ConnectionContext context, TimeProvider time, bool trustAddress = true)
    {
        this.context = context;
        Input = context.Transport.Input;
        Output = context.Transport.Output;
        Remote =
            trustAddress && context.RemoteEndPoint is IPEndPoint seen ? seen : new IPEndPoint(ClientAddress.Unknown, 0);
        deadline = new Deadline(time, OnDeadline);
        draining = context.Features.Get<IConnectionLifetimeNotificationFeature>() is { } lifetime
            ? lifetime.ConnectionClosedRequested.Register(() => read.Interrupt(Interruption.Drain))
            : default;
    }

    public PipeReader Input { get; private set; }

    public PipeWriter Output { get; private set; }

    /// <summary>The peer, as a trusted proxy says it; <see cref="ClientAddress.Unknown"/> where that cannot be told.</summary>
    public IPEndPoint Remote { get; private set; }

    /// <summary>False where the peer's address is hidden: then nothing may be judged by it (SPF, lists, greylists).</summary>
    public bool HasKnownAddress => ClientAddress.IsKnown(Remote.Address);

    /// <summary>What the peer may do, and where its offences are told.</summary>
    public Visitor Visitor { get; private set; }

    public string Id => context.ConnectionId;

    /// <summary>Longest wait for a peer that does not take what we write (RFC 5321 §4.5.3.2 allows minutes).</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromMinutes(3);

    public bool IsSecure => tls is not null;

    /// <summary>Both sides compress what they send.</summary>
    public bool IsCompressed => compressed is not null;

    /// <summary>Protocol and cipher suite, as a Received header or a log names them; null in clear.</summary>
    public string? TlsDescription => tls is null ? null : $"{tls.SslProtocol} {tls.NegotiatedCipherSuite}";

    /// <summary>By what a client may authenticate over this connection as it stands: in clear, or under TLS of its own.</summary>
    /// <param name="isPrivate">Nobody reads along.</param>
    /// <param name="takesTokens">The gateway can have them checked.</param>
    public SaslOffer Offer(bool isPrivate, bool takesTokens) =>
        new()
        {
            IsPrivate = isPrivate,
            TakesTokens = takesTokens,
            EndPoint = ServerEndPoint.Of(tls?.LocalCertificate),
        };

    /// <summary>True once the server is stopping, or the login counts no more.</summary>
    public bool IsDraining => read.IsDraining;

    /// <summary>True once what the peer logged in with counts no more.</summary>
    public bool IsRevoked => read.IsRevoked;

    /// <summary>Cancelled when the connection is gone, and already when the peer has closed its half.</summary>
    public CancellationToken Closed => context.ConnectionClosed;

    /// <summary>Waits for bytes, the deadline, a wake-up or the server's stop.</summary>
    /// <param name="timeout">How long to wait for the peer.</param>
    /// <param name="throughDrain">The server's stop does not end this wait: a transaction is in flight.</param>
    public async ValueTask<ConnectionRead> ReadAsync(TimeSpan timeout, bool throughDrain = false)
    {
        if (!read.IsUnderWay)
        {
            var next = Input.ReadAsync(CancellationToken.None);
            if (next.IsCompleted)
                return new(await next, Interruption.None);
            read.Begin(next);
        }

        deadline.Set(timeout);
        await read.WaitAsync(throughDrain ? All & ~Interruption.Drain : All);
        deadline.Clear();
        var interruption = read.Interrupted();
        return new(interruption == Interruption.None ? read.Take() : default, interruption);
    }

    /// <summary>Sends what was written. A peer that does not take it in time is cut off.</summary>
    /// <returns>False when the peer is gone.</returns>
    public async ValueTask<bool> FlushAsync()
    {
        var flush = Output.FlushAsync(CancellationToken.None);
        if (flush.IsCompleted)
            return !(await flush).IsCompleted;

        writing = true;
        deadline.Set(WriteTimeout);
        try
        {
            return !(await flush).IsCompleted;
        }
        finally
        {
            deadline.Clear();
            writing = false;
        }
    }

    /// <summary>Ends the current or next read with <see cref="Interruption.Wake"/>. Callable from any thread.</summary>
    public void Wake() => read.Interrupt(Interruption.Wake);

    /// <summary>From now on the session is <paramref name="user"/>'s, and ends when that login counts no more.</summary>
    public void LogIn(IGateway gateway, AuthenticateResult user)
    {
        LogOut();
        if (user.Stamp is not { } stamp)
            return;
        login = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
        _ = WatchAsync(gateway, stamp, login.Token);
    }

    /// <summary>The session goes on without who had logged in: what becomes of that login is nothing to it any more.</summary>
    public void LogOut()
    {
        login?.Cancel();
        login?.Dispose();
        login = null;
    }

    async Task WatchAsync(IGateway gateway, LoginStamp stamp, CancellationToken until)
    {
        try
        {
            await gateway.WatchLoginAsync(stamp, until);
            if (!until.IsCancellationRequested)
                read.Interrupt(Interruption.Drain | Interruption.Revoked);
        }
        catch (OperationCanceledException)
        {
            // The session, or its user's part of it, was over before the login was.
        }
    }

    /// <summary>Holds the session up; not beyond the server's stop or the connection's end.</summary>
    public async ValueTask PauseAsync(TimeSpan pause, TimeProvider time)
    {
        if (pause <= TimeSpan.Zero)
            return;
        var stopping = context.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(Closed, stopping ?? default);
        await Task.Delay(pause, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Cuts the connection without a word.</summary>
    public void Abort(string reason) => context.Abort(new ConnectionAbortedException(reason));

    /// <summary>Puts TLS around the connection, as its server; what follows is read and written through it.</summary>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The handshake failed.</exception>
    /// <exception cref="OperationCanceledException">It took longer than <paramref name="timeout"/>.</exception>
    public async Task UpgradeAsync(SslServerAuthenticationOptions options, TimeSpan timeout, TimeProvider time)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, Closed);
        var stream = new SslStream(new PipeStream(Input, Output), leaveInnerStreamOpen: true);
        try
        {
            await stream.AuthenticateAsServerAsync(options, either.Token);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }

        tls = stream;
        // A zero-byte read first: an idle TLS session then holds no buffer (StreamPipeReaderOptions).
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
    }

    /// <summary>Puts raw deflate (RFC 1951) inside TLS or the bare connection: all that follows goes through it, both ways.</summary>
    public void Compress()
    {
        compressed = new CompressedStream(Input, Output);
        Input = PipeReader.Create(compressed, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true));
        Output = PipeWriter.Create(compressed, new StreamPipeWriterOptions(leaveOpen: true));
    }

    /// <summary>Lets go of what only makes the next octets cheaper: for a session that will be silent for long.</summary>
    public ValueTask RestAsync() => compressed?.RestAsync() ?? ValueTask.CompletedTask;

    /// <param name="client">Null for nobody who is known.</param>
    internal void ComesFrom(IPEndPoint? client) => Remote = client ?? new IPEndPoint(ClientAddress.Unknown, 0);

    internal void Meet(Entrance entrance) => Visitor = new Visitor(entrance, Remote.Address);

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        ending.Dispose();
        await draining.DisposeAsync();
        await deadline.DisposeAsync();
        if (compressed is not null)
            await compressed.DisposeAsync();
        if (tls is null)
            return;
        try
        {
            await tls.ShutdownAsync();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // The peer is gone: there is nobody to say goodbye to.
        }
        await tls.DisposeAsync();
    }

    void OnDeadline()
    {
        if (writing)
            Abort("The peer does not take what we write");
        else
            read.Interrupt(Interruption.Timeout);
    }
}
