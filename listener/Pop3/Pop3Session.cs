using System.Buffers;
using System.Net;
using System.Security.Authentication;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Listener.Hosting;
using Cloud.Listener.Hosting.Abuse;
using Cloud.Listener.Tls;
using Cloud.Store.Ports;
using Cloud.Wire;
using Cloud.Wire.Sasl;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Pop3;

/// <summary>One client's talk, from the greeting to the close.</summary>
/// <remarks>
/// The gateway is called without the connection's token: that one ends when the client has closed its sending side, and
/// such a client still gets its answers, and its QUIT an update.
/// </remarks>
sealed class Pop3Session(
    Pop3Options options,
    IGateway gateway,
    TlsCertificate? certificate,
    TimeProvider time,
    ILogger logger,
    Connection connection
)
{
    readonly Pop3Input input = new(connection, options.Inactivity);
    Pop3State state = Pop3State.Authorization;
    Maildrop? maildrop;
    int errors;

    public IGateway Gateway => gateway;

    public IPAddress Client => connection.Remote.Address;

    public bool IsSecure => connection.IsSecure;

    /// <summary>A password may be sent: over TLS, or from this machine itself where the operator lets it be.</summary>
    public bool TakesPasswords => IsSecure || (options.AllowPlainTextOnLoopback && IPAddress.IsLoopback(Client));

    /// <summary>By what a client may authenticate now.</summary>
    public SaslOffer Sasl => connection.Offer(TakesPasswords, options.TakesTokens) with { HasLogin = false };

    public bool OffersTls => certificate is not null && !IsSecure;

    public bool IsLoggedIn => maildrop is not null;

    /// <summary>What USER said.</summary>
    public string Name { get; set; } = "";

    /// <summary>The open maildrop.</summary>
    public Maildrop Maildrop => maildrop ?? throw new InvalidOperationException("Nobody is logged in");

    /// <summary>The client has sent more than the command that is being answered.</summary>
    public bool HasInputWaiting => input.HasMore;

    public async Task RunAsync()
    {
        try
        {
            // No timestamp in angle brackets: that would offer APOP (RFC 1939 §7).
            Pop3Reply.Ok("Cloud POP3 server ready").WriteFirstLine(connection.Output);
            while (await input.ReadLineAsync(Pop3Limits.CommandLine) is { } line)
            {
                if (!await FollowAsync(await AnswerAsync(line)))
                    break;
            }
            if (connection.IsDraining)
                (connection.IsRevoked ? Pop3Reply.Revoked : Pop3Reply.Stopping).WriteFirstLine(connection.Output);
            await connection.FlushAsync();
        }
        finally
        {
            await CloseMaildropAsync();
        }
    }

    /// <summary>A line of a SASL exchange, after a challenge (RFC 5034 §4).</summary>
    /// <returns>Null when the session is over.</returns>
    public async ValueTask<Pop3Line?> AskAsync(string challenge)
    {
        connection.Output.Write("+ "u8);
        Encoding.ASCII.GetBytes(challenge.AsSpan(), connection.Output);
        connection.Output.Write("\r\n"u8);
        return await input.ReadLineAsync(SaslExchange.MaxLine);
    }

    /// <summary>Opens the maildrop of a client that has proved who it is, or says why not.</summary>
    /// <param name="login">As the client gave it.</param>
    public async ValueTask<Pop3Reply> LogInAsync(string login, AuthenticateResult result, CancellationToken cancel)
    {
        if (result.Status != AuthenticateStatus.Ok)
        {
            Log.LoginRefused(logger, Printable(login), Client, result.Status.ToString());
            return result.Status == AuthenticateStatus.LockedOut
                ? Pop3Reply.LockedOut(result.RetryAfter)
                : Pop3Reply.WrongCredentials;
        }

        maildrop = await Maildrop.OpenAsync(gateway, result.Account, cancel);
        if (maildrop is null)
            return Pop3Reply.InUse;
        connection.LogIn(gateway, result);
        Log.LoggedIn(logger, result.Login, Client, maildrop.Count);
        return Pop3Reply.Ok($"{maildrop.Count} messages");
    }

    /// <summary>The UPDATE state (RFC 1939 §6): removes what is marked and lets go of the lock, come what may.</summary>
    /// <returns>False when messages are left that should have gone.</returns>
    public async ValueTask<bool> UpdateAsync(CancellationToken cancel)
    {
        try
        {
            var removed = await Maildrop.UpdateAsync(cancel);
            if (removed > 0)
                Log.Removed(logger, Client, removed.Value);
            return removed is not null;
        }
        finally
        {
            await CloseMaildropAsync();
        }
    }

    async ValueTask<Pop3Reply> AnswerAsync(Pop3Line line)
    {
        if (line.Status != LineStatus.Line)
        {
            Forget();
            return line.Status == LineStatus.TooLong ? Pop3Reply.LineTooLong : Pop3Reply.BareNewline;
        }

        var (row, command) = Parse(line.Octets);
        if (row is null || command is null || !row.From.HasFlag(state))
        {
            var fault =
                row is null ? UnknownCommand(line.Octets)
                : !row.From.HasFlag(state) ? Pop3Reply.NotNow
                : Pop3Reply.Syntax;
            Forget();
            return fault;
        }

        try
        {
            var reply = await command.RunAsync(this, CancellationToken.None);
            if (reply.IsOk && row.To is { } to)
                state = to;
            else
                Forget();
            return reply;
        }
        catch (StoreException e)
        {
            Log.StoreFailed(logger, e, row.Verb, connection.Id);
            Forget();
            // A QUIT ends the session whatever became of its update (RFC 1939 §6).
            return (state == Pop3State.Transaction && maildrop is null) || IsLastLogin()
                ? Pop3Reply.TryLater with
                {
                    Next = AfterReply.Close,
                }
                : Pop3Reply.TryLater;
        }
    }

    /// <summary>
    /// Counts a login that cannot be checked: such an answer may come at once, and nobody is to have it without end, nor to be banned
    /// for it.
    /// </summary>
    bool IsLastLogin() => !IsLoggedIn && ++errors >= options.MaxErrors;

    /// <summary>Fit for a line of a log, whatever a stranger has sent.</summary>
    static string Printable(string login) =>
        string.Concat(login.Take(Pop3Limits.LoggedName).Select(c => char.IsControl(c) ? '?' : c));

    static (Pop3Row? Row, IPop3Command? Command) Parse(ReadOnlySequence<byte> line)
    {
        Span<byte> copy = stackalloc byte[Pop3Limits.CommandLine];
        line.CopyTo(copy);
        var reader = new Pop3Reader(line.IsSingleSegment ? line.FirstSpan : copy[..(int)line.Length]);
        var row = Pop3Commands.Find(reader.Verb());
        var command = row?.Parse(ref reader);
        return (row, reader.AtEnd ? command : null);
    }

    static Pop3Reply UnknownCommand(ReadOnlySequence<byte> line) =>
        ForeignProtocol.Speaks(line.IsSingleSegment ? line.FirstSpan : line.ToArray())
            ? Pop3Reply.ForeignProtocol
            : Pop3Reply.UnknownCommand;

    /// <summary>PASS must follow its USER immediately.</summary>
    void Forget()
    {
        if (state == Pop3State.Named)
            state = Pop3State.Authorization;
    }

    /// <summary>Gives the reply and does what comes after it.</summary>
    /// <returns>False when the session is over.</returns>
    async ValueTask<bool> FollowAsync(Pop3Reply reply)
    {
        if (reply.Next == AfterReply.Cut)
            return false;
        reply = await JudgeAsync(reply);
        reply.WriteFirstLine(connection.Output);
        if (reply.Body is not null && !await WriteAsync(reply.Body))
            return false;
        if (connection.Output.UnflushedBytes >= Pop3Limits.Unflushed && !await connection.FlushAsync())
            return false;
        if (reply.IsFault && ++errors >= options.MaxErrors)
        {
            Log.TooManyErrors(logger, Client);
            if (!IsLoggedIn)
                connection.Visitor.Report(Offence.TooManyErrors);
            Pop3Reply.TooManyErrors.WriteFirstLine(connection.Output);
            return false;
        }
        return reply.Next == AfterReply.StartTls ? await StartTlsAsync() : reply.Next == AfterReply.GoOn;
    }

    /// <summary>Tells a stranger's fault at the door, which may hold the answer back or end the session.</summary>
    /// <returns>What to say after all; what it counts for is counted.</returns>
    public async ValueTask<Pop3Reply> JudgeAsync(Pop3Reply reply)
    {
        if (reply.Offence is not { } offence || IsLoggedIn)
            return reply;
        var (delay, isBanned) = connection.Visitor.Report(offence);
        if (isBanned)
            return Pop3Reply.Banned;
        await connection.PauseAsync(delay, time);
        return reply with { Offence = null };
    }

    async ValueTask<bool> WriteAsync(IPop3Body body)
    {
        try
        {
            return await body.WriteAsync(connection, CancellationToken.None);
        }
        catch (StoreException e)
        {
            // Half of it may be with the client: without its last dot it is no message.
            Log.StoreFailed(logger, e, "RETR", connection.Id);
            return false;
        }
    }

    /// <summary>RFC 2595 §4: what was said before is forgotten.</summary>
    async ValueTask<bool> StartTlsAsync()
    {
        if (!await connection.FlushAsync())
            return false;
        input.Release();
        Name = "";
        try
        {
            await connection.UpgradeAsync(certificate!.ServerOptions, options.Handshake, time);
            return true;
        }
        catch (Exception e) when (e is AuthenticationException or OperationCanceledException or IOException)
        {
            Log.HandshakeFailed(logger, Client, e.Message);
            return false;
        }
    }

    async ValueTask CloseMaildropAsync()
    {
        if (maildrop is not null)
            await maildrop.DisposeAsync();
        maildrop = null;
    }
}
