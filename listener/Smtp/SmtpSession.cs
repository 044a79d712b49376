using System.Buffers;
using System.Security.Authentication;
using Cloud.Api.Gateway;
using Cloud.Flow.Door;
using Cloud.Flow.Submission;
using Cloud.Listener.Hosting;
using Cloud.Listener.Tls;
using Cloud.Store;
using Cloud.Store.Ports;
using Cloud.Wire;
using Cloud.Wire.Sasl;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Smtp;

/// <summary>One talk with one peer.</summary>
sealed class SmtpSession(
    SmtpOptions options,
    IGateway gateway,
    MessageDoor? door,
    TlsCertificate? certificate,
    TimeProvider time,
    Entropy entropy,
    ILogger logger,
    Connection connection
)
{
    int errors;
    int uncheckedLogins;
    int refusedRecipients;
    CommandRow? row;

    public SmtpOptions Options => options;

    public IGateway Gateway => gateway;

    public Entropy Entropy => entropy;

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    public Connection Connection => connection;

    public SmtpInput Input { get; } = new(connection, time);

    /// <summary>What the peer called itself; null before EHLO and HELO.</summary>
    public string? Helo { get; private set; }

    /// <summary>It said EHLO.</summary>
    public bool IsExtended { get; private set; }

    /// <summary>Whom the peer has authenticated as.</summary>
    public AccountId? User { get; private set; }

    public MailTransaction? Transaction { get; private set; }

    public SmtpState State => Transaction?.State ?? (Helo is null ? SmtpState.Start : SmtpState.Greeted);

    public bool OffersTls => certificate is not null && !connection.IsSecure;

    /// <summary>AUTH exists on submission ports; it is offered only under TLS (RFC 4954 §4).</summary>
    public bool OffersAuthentication => options.Role == SmtpRole.Submission && connection.IsSecure;

    /// <summary>By what a peer may authenticate now.</summary>
    public SaslOffer Sasl => connection.Offer(connection.IsSecure, options.TakesTokens);

    /// <summary>What only an MSA does with a message: it may wait, hurry, and be kept secret.</summary>
    public bool OffersScheduling => OffersAuthentication;

    public Peer Peer => new(connection.Remote.Address, Helo ?? "", connection.TlsDescription);

    public string Protocol =>
        TraceHeader.Protocol(IsExtended, Transaction?.Options.SmtpUtf8 == true, connection.IsSecure, User is not null);

    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            var reply = await Greeting.AwaitAsync(options, connection);
            Write(reply);
            while (!reply.Closes)
            {
                reply = await AnswerAsync(cancel);
                if (reply.Offence is not null)
                    reply = await Measure.JudgeAsync(this, reply);
                Write(reply);
                if (reply.Closes)
                    break;
                if (Verdict(reply) is not { } last)
                {
                    // Replies wait for the next read; but not those of a peer that asks on and on and reads nothing.
                    if (connection.Output.UnflushedBytes < SmtpLimits.UnsentReplies || await connection.FlushAsync())
                        continue;
                    break;
                }
                Write(await Measure.JudgeAsync(this, last));
                SmtpLog.SentAway(logger, connection.Remote.Address, last.Text);
                break;
            }
        }
        finally
        {
            await EndTransactionAsync();
            Input.Release();
        }
        await connection.FlushAsync();
    }

    /// <summary>How long to wait for more of a message that began at a timestamp.</summary>
    public TimeSpan TimeLeft(long start)
    {
        var whole = options.MessageTimeout - time.GetElapsedTime(start);
        return whole < options.DataTimeout ? whole : options.DataTimeout;
    }

    public void Write(Reply reply) => reply.WriteTo(connection.Output);

    /// <summary>A new EHLO or HELO; it also ends a transaction (RFC 5321 §4.1.4).</summary>
    public ValueTask GreetAsync(string helo, bool extended)
    {
        (Helo, IsExtended) = (helo, extended);
        return EndTransactionAsync();
    }

    public void LogIn(AuthenticateResult user)
    {
        User = user.Account;
        connection.LogIn(gateway, user);
    }

    public void BeginTransaction(MailTransaction transaction)
    {
        var address = connection.Remote.Address;
        Transaction = transaction with
        {
            Id = TransactionId.Create(time, entropy),
            Check = User is null
                ? door?.Begin(ClientAddress.IsKnown(address) ? address : null, Helo ?? "", transaction.From)
                : null,
        };
        Input.ThroughDrain = true;
    }

    /// <summary>Forgets the envelope, and the message unless it was completed.</summary>
    public async ValueTask EndTransactionAsync()
    {
        Input.ThroughDrain = false;
        if (Transaction is not { } ended)
            return;
        Transaction = null;
        ended.Check?.Dispose();
        if (ended.Intake is not { } intake)
            return;
        await intake.DisposeAsync();
        SmtpLog.GivenUp(logger, intake.Id, intake.Received, connection.Remote.Address);
    }

    /// <summary>Opens the message's way to the store and writes the trace fields.</summary>
    /// <exception cref="StoreException">There is none now; the transaction is over.</exception>
    public async ValueTask<MessageIntake> BeginMessageAsync(MailTransaction transaction, CancellationToken cancel)
    {
        var id = transaction.Id;
        MessageUpload upload;
        try
        {
            upload = await gateway.BeginUploadAsync(id, cancel);
        }
        catch (StoreException)
        {
            await EndTransactionAsync();
            throw;
        }
        var now = time.GetUtcNow();
        if (User is not null)
        {
            var received = TraceHeader.ReceivedOf(options, Peer, transaction, id, Protocol, now, options.TellsClient);
            var preparation = new MessagePreparation(id, transaction.From, received, now);
            return transaction.Intake = new(id, upload, null, preparation, options, logger);
        }
        var intake = new MessageIntake(id, upload, transaction.Check, null, options, logger);
        transaction.Intake = intake;
        await intake.WriteTraceAsync(TraceHeader.Format(options, Peer, transaction, id, Protocol, now), cancel);
        return intake;
    }

    /// <summary>Hands a whole message over; the transaction is over, whatever comes of it.</summary>
    /// <exception cref="ProtocolException">The login counts no more.</exception>
    public async ValueTask<Reply> EndMessageAsync(MessageIntake intake, CancellationToken cancel)
    {
        if (connection.IsRevoked)
            throw new ProtocolException(Replies.Revoked);
        var transaction = Transaction!;
        var protocol = Protocol;
        transaction.Intake = null;
        await using (intake)
        {
            var reply = await Handover.RunAsync(this, transaction, intake, cancel);
            SmtpLog.Transaction(
                logger,
                intake.Id,
                intake.Received,
                transaction.Recipients.Count,
                connection.Remote.Address,
                protocol,
                reply
            );
            await EndTransactionAsync();
            if (!reply.IsError)
                errors = 0;
            return reply;
        }
    }

    /// <summary>Puts TLS around the connection and forgets all that was said in clear (RFC 3207 §4.2).</summary>
    public async ValueTask UpgradeAsync()
    {
        await connection.FlushAsync();
        try
        {
            await connection.UpgradeAsync(certificate!.ServerOptions, options.HandshakeTimeout, time);
        }
        catch (Exception e) when (e is AuthenticationException or OperationCanceledException)
        {
            SmtpLog.HandshakeFailed(logger, connection.Remote.Address, e.Message);
            throw new ProtocolException(Reply.Silence);
        }
        (Helo, IsExtended, User) = (null, false, null);
    }

    /// <summary>The next command's reply: the one place where mistakes and faults become replies.</summary>
    async ValueTask<Reply> AnswerAsync(CancellationToken cancel)
    {
        row = null;
        try
        {
            var line = await Input.ReadLineAsync(SmtpLimits.AuthLine, options.CommandTimeout, Replies.LineTooLong);
            var command = Parse(line);
            return Refusal(row!) ?? await command.RunAsync(this, cancel);
        }
        catch (ProtocolException e)
        {
            return e.Reply;
        }
        catch (StoreException e)
        {
            SmtpLog.CommandFailed(logger, e, row?.Verb ?? "", connection.Id);
            return row?.Flags.HasFlag(CommandFlags.Authenticates) == true ? UncheckedLogin()
                : e is StoreFullException ? Replies.StoreFull
                : Replies.TryLater;
        }
    }

    /// <summary>Such an answer may come at once: nobody is to have it without end, nor to be banned for it.</summary>
    Reply UncheckedLogin() =>
        ++uncheckedLogins < options.MaxErrors ? Replies.CannotAuthenticate : Replies.LoginsUnchecked;

    ISmtpCommand Parse(ReadOnlySequence<byte> line)
    {
        var reader = new SmtpReader(line.IsSingleSegment ? line.FirstSpan : line.ToArray());
        row = CommandTable.Find(reader.Word());
        if (line.Length + 2 > (row?.MaxLine ?? SmtpLimits.Line))
            throw new ProtocolException(Replies.LineTooLong);
        if (row is null)
            throw new ProtocolException(UnknownCommand(line));
        return row.Parse(ref reader);
    }

    static Reply UnknownCommand(ReadOnlySequence<byte> line) =>
        ForeignProtocol.Speaks(line.IsSingleSegment ? line.FirstSpan : line.ToArray())
            ? Replies.ForeignProtocol
            : Replies.UnknownCommand;

    Reply? Refusal(CommandRow command)
    {
        var missing = options.Role == SmtpRole.Submission && User is null;
        if (missing && command.Flags.HasFlag(CommandFlags.Authenticated))
            return OffersTls ? Replies.TlsRequired : Replies.AuthenticationRequired;
        return command.From.HasFlag(State) ? null : Replies.BadSequence;
    }

    /// <summary>The goodbye that a reply brings with it: too many errors, or the server is stopping.</summary>
    Reply? Verdict(Reply reply)
    {
        if (reply.Code == 550 && row?.Flags.HasFlag(CommandFlags.RefusesMailboxes) == true)
            refusedRecipients++;
        else if (reply.IsError)
            errors++;
        if (errors >= options.MaxErrors || refusedRecipients >= options.MaxRefusedRecipients)
            return Replies.TooManyErrors;
        if (connection.IsRevoked)
            return Replies.Revoked;
        return connection.IsDraining && Transaction is null ? Replies.Draining : null;
    }
}
