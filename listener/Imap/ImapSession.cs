using System.Net;
using System.Security.Authentication;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Listener.Hosting;
using Cloud.Listener.Hosting.Abuse;
using Cloud.Listener.Imap.Notify;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;
using Cloud.Wire;
using Cloud.Wire.Sasl;

namespace Cloud.Listener.Imap;

/// <summary>One client's connection: reads a command, runs it, tells what else has happened, answers.</summary>
/// <remarks>
/// A command runs when the one before it is answered, so pipelined ones keep their order, while messages that they are
/// going to fetch are opened (<see cref="Pipeline"/>). Errors become replies here
/// and nowhere else: the grammar's are BAD, a user's are the command's own NO, ours are logged and NO; the session
/// goes on after each. Between commands it holds no buffer, only the view of the selected mailbox.
/// </remarks>
sealed class ImapSession
{
    readonly ImapServices services;
    readonly Pipeline pipeline;
    DateTimeOffset started;
    int commands;
    int badInARow;
    int failedLogins;
    TimeSpan heldBack;
    bool startsTls;
    bool removes;
    DateTimeOffset heard;
    bool compresses;
    bool ended;

    public ImapSession(ImapServices services, Connection connection)
    {
        this.services = services;
        Connection = connection;
        Writer = new ImapWriter(connection, Dialect);
        Input = new CommandReader(connection, Writer) { Patience = () => Patience };
        Notifications = new Notifications(this);
        pipeline = new Pipeline(this);
        started = services.Time.GetUtcNow();
    }

    public Connection Connection { get; }

    /// <summary>What the client has enabled.</summary>
    public Dialect Dialect { get; } = new();

    public ImapWriter Writer { get; }

    public CommandReader Input { get; }

    public ImapServices Services => services;

    public ImapOptions Options => services.Options;

    /// <summary>What is told unasked.</summary>
    public Notifications Notifications { get; }

    public IGateway Gateway => services.Gateway;

    /// <summary>Whose mail it is; asked for only after login.</summary>
    public AccountId Account { get; private set; }

    /// <summary>The user's address; asked for only after login.</summary>
    public string Login { get; private set; } = "";

    /// <summary>The user as a reader of others' mail.</summary>
    public Reader Reader => new(Account, Login);

    public SelectedMailbox? Selected { get; private set; }

    public bool IsSelected(FoundMailbox mailbox) => Selected?.Is(mailbox) == true;

    public SessionState State { get; private set; } = SessionState.NotAuthenticated;

    /// <summary>Passwords may be sent as they are: nobody can read along, or nobody is between.</summary>
    public bool TakesPasswords =>
        Connection.IsSecure || (Options.ClearPasswordsFromLoopback && IPAddress.IsLoopback(Connection.Remote.Address));

    /// <summary>By what a client may authenticate now.</summary>
    public SaslOffer Sasl => Connection.Offer(TakesPasswords, Options.TakesTokens);

    /// <summary>Names a command in the log and in the reply about it.</summary>
    public string TraceId => $"{Connection.Id}-{commands}";

    /// <summary>The running command's.</summary>
    public string Tag { get; private set; } = "";

    /// <summary>How long the next read may take.</summary>
    public TimeSpan Patience
    {
        get
        {
            if (State != SessionState.NotAuthenticated)
                return Options.InactivityTimeout;
            return Left(started + Options.LoginTimeout);
        }
    }

    TimeSpan Left(DateTimeOffset end)
    {
        var left = end - services.Time.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Talks to the end.</summary>
    /// <remarks>
    /// A connection's own token is cancelled as soon as the client has closed its side, when what it sent before is
    /// still to be answered. So nothing here is cancelled: a client that is gone is noticed when it is written to.
    /// </remarks>
    public async Task RunAsync()
    {
        var cancel = CancellationToken.None;
        try
        {
            Writer.Put("*", Reply.Ok($"{Options.HostName} is ready", $"CAPABILITY {Commands.Capability.Of(this)}"));
            while (!ended)
            {
                if (!Input.HasLine && pipeline.IsEmpty)
                    await Writer.FlushAsync();
                if ((!pipeline.IsEmpty || await ReadAsync(cancel)) && !ended)
                    await AnswerAsync(cancel);
                await Writer.FlushIfFullAsync();
            }
            await Writer.FlushAsync();
        }
        catch (BrokenResponseException e)
        {
            Log.ResponseBroken(services.Logger, e, TraceId);
            Connection.Abort("A response broke off");
        }
        finally
        {
            Selected?.Dispose();
            Notifications.Dispose();
            Input.Release();
            await pipeline.CloseAsync();
        }
    }

    /// <summary>The session ends when the running command has been answered.</summary>
    public void End() => ended = true;

    /// <summary>The client begins TLS when it has the running command's answer.</summary>
    public void StartTlsAfterReply() => startsTls = true;

    /// <summary>Both sides compress when the client has the running command's answer.</summary>
    public void CompressAfterReply() => compresses = true;

    public void LogIn(AuthenticateResult user)
    {
        (Account, Login) = (user.Account, user.Login);
        State = SessionState.Authenticated;
        Connection.LogIn(Gateway, user);
        Log.LoggedIn(services.Logger, user.Login, Connection.Remote.Address, Connection.TlsDescription ?? "in clear");
    }

    /// <summary>As if nobody had logged in; who did has as long as at first to do it again.</summary>
    public void LogOut()
    {
        Deselect();
        Notifications.Reset();
        Connection.LogOut();
        (Account, Login) = (default, "");
        State = SessionState.NotAuthenticated;
        started = services.Time.GetUtcNow();
        Dialect.Reset();
    }

    /// <summary>What to answer to a login that failed; the last of too many ends the session.</summary>
    public Reply RefuseLogin(AuthenticateStatus status, TimeSpan retryAfter)
    {
        Log.LoginFailed(services.Logger, Connection.Remote.Address, status.ToString());
        if (IsBannedFor(status == AuthenticateStatus.LockedOut ? Offence.LockedOutLogin : Offence.FailedLogin))
            return Reply.Banned;
        if (IsLastLogin())
            return Reply.TooManyLogins;
        return status == AuthenticateStatus.LockedOut
            ? Reply.No("UNAVAILABLE", $"Too many failed logins; try again in {Math.Ceiling(retryAfter.TotalSeconds)} s")
            : Reply.WrongCredentials;
    }

    /// <summary>Counts a login that let nobody in, if only because it cannot be checked: such an answer may come at once.</summary>
    /// <returns>True for the last of too many, which ends the session.</returns>
    bool IsLastLogin() => State == SessionState.NotAuthenticated && ++failedLogins >= Options.MaxFailedLogins;

    public void SelectMailbox(SelectedMailbox selected)
    {
        Selected = selected;
        Notifications.Selecting(selected);
        State = SessionState.Selected;
    }

    public void Deselect()
    {
        Selected?.Dispose();
        Selected = null;
        State = SessionState.Authenticated;
    }

    /// <returns>Null when there is no mailbox of this name that the user may do anything with.</returns>
    public ValueTask<FoundMailbox?> FindMailboxAsync(string name, CancellationToken cancel) =>
        NamespaceView.FindAsync(this, name, cancel);

    /// <summary>Looks for changes in the selected mailbox and tells them.</summary>
    /// <returns>False when the mailbox is gone.</returns>
    public ValueTask<bool> SyncAsync(bool always, bool expunges, CancellationToken cancel)
    {
        var telling = removes ? Telling.All : Notifications.AtCommandsEnd;
        return SyncAsync(always, expunges ? telling : telling & ~Telling.Expunges, cancel);
    }

    /// <summary>Looks for changes in the selected mailbox and tells some of them.</summary>
    /// <returns>False when the mailbox is gone.</returns>
    public async ValueTask<bool> SyncAsync(bool always, Telling telling, CancellationToken cancel)
    {
        if (Selected is not { } selected)
            return true;
        try
        {
            if (!await selected.SyncAsync(always, cancel))
                return false;
        }
        catch (StoreException e)
        {
            // The command itself has done its work: what is new can be told later.
            Log.SyncFailed(services.Logger, e, TraceId);
        }
        await new Announcement(this, selected).RunAsync(telling, cancel);
        return true;
    }

    Reply Ending => Connection.IsRevoked ? Reply.Revoked : Reply.Draining;

    /// <summary>A command that speaks of mod-sequences is as good as ENABLE CONDSTORE (RFC 7162 §3.1).</summary>
    public void UseModSeqs()
    {
        if (Dialect.Condstore)
            return;
        Dialect.Enable("CONDSTORE");
        if (Selected is { } selected)
            Writer.HighestModSeq(selected.KnownModSeq);
    }

    /// <summary>What to answer when messages were removed: with QRESYNC, after they are told (RFC 7162 §3.2.7).</summary>
    public async ValueTask<Reply> RemovedAsync(string text, CancellationToken cancel)
    {
        if (!Dialect.QResync)
            return Reply.Ok(text);
        return await SyncAsync(always: false, expunges: true, cancel)
            ? Reply.Ok(text, $"HIGHESTMODSEQ {Selected!.KnownModSeq}")
            : Reply.MailboxGone;
    }

    /// <summary>Why the session must end, when a read brought no command.</summary>
    /// <returns>Null when the client has left.</returns>
    public Reply? Farewell(ReadStatus status) =>
        status switch
        {
            ReadStatus.Timeout => Reply.Inactive,
            ReadStatus.Drain => Ending,
            ReadStatus.Lost => Reply.LiteralTooLong,
            _ => null,
        };

    /// <returns>True when there is a command to answer.</returns>
    async ValueTask<bool> ReadAsync(CancellationToken cancel)
    {
        // A watch that failed wakes nobody: what it has missed is looked for, as it is while a client idles.
        using var look = Notifications.AreOn
            ? services.Time.CreateTimer(_ => Connection.Wake(), null, Options.KeepAlive, Timeout.InfiniteTimeSpan)
            : null;
        var status = await Input.ReadCommandAsync(
            Notifications.AreOn ? Left(heard + Options.InactivityTimeout) : Patience, // What we tell makes it no less silent.
            Notifications.AreOn
        );
        if (status == ReadStatus.Wake)
        {
            if (await SyncAsync(always: false, Notifications.BetweenCommands, cancel))
                await Notifications.TellAsync(cancel);
            else
                Say("*", Reply.MailboxGone);
            return false;
        }
        if (status == ReadStatus.Command)
            return true;
        if (status == ReadStatus.Refused)
        {
            Say(Input.FaultTag ?? "*", Input.Fault);
            return false;
        }

        if (Farewell(status) is { } bye)
            Say("*", bye);
        ended = true;
        return false;
    }

    async ValueTask AnswerAsync(CancellationToken cancel)
    {
        commands++;
        var (tag, row, command, reply) = pipeline.Take();
        if (row is null || command is null)
        {
            var offence = reply.Condition == Condition.Bye ? Offence.ForeignProtocol : Offence.Error;
            reply = await SkipAnnouncedAsync(IsBannedFor(offence) ? Reply.Banned : reply);
            await HoldBackAsync();
            Say(tag, reply);
            return;
        }

        Input.Release();
        await pipeline.LookAheadAsync(command, cancel);
        Tag = tag;
        removes = row.Effects.HasFlag(Effects.Removes);
        reply = await SkipAnnouncedAsync(await RunAsync(row, command, cancel));
        if (
            reply.Condition != Condition.Bye
            && !await SyncAsync(false, !row.Effects.HasFlag(Effects.HoldsExpunges) && !command.SpeaksNumbers, cancel)
        )
            reply = Reply.MailboxGone;
        await Notifications.TellAsync(cancel);
        await HoldBackAsync();
        Say(tag, reply);
        heard = services.Time.GetUtcNow();
        if (startsTls)
            await StartTlsAsync();
        if (compresses)
        {
            compresses = false;
            await Writer.FlushAsync();
            Connection.Compress();
        }
        if (Connection.IsDraining && !ended)
            Say("*", Ending);
    }

    /// <summary>What a command was refused without reading, a message, must not be taken for commands.</summary>
    async ValueTask<Reply> SkipAnnouncedAsync(Reply refusal)
    {
        if (Input.Announced is not { } literal)
            return refusal;
        var status = await Input.SkipCommandAsync(literal, Patience);
        return status == ReadStatus.Command ? refusal : Farewell(status) ?? Reply.Goodbye;
    }

    async ValueTask StartTlsAsync()
    {
        startsTls = false;
        await Writer.FlushAsync();
        try
        {
            var offered = services.Certificate!.ServerOptions;
            await Connection.UpgradeAsync(offered, Options.Handshake, services.Time);
        }
        catch (Exception e) when (e is AuthenticationException or OperationCanceledException)
        {
            Log.HandshakeFailed(services.Logger, Connection.Remote.Address, e.Message);
            ended = true;
        }
    }

    /// <summary>Tells at the door what a stranger did, which may hold the answer back.</summary>
    /// <returns>True when the session is to end for it.</returns>
    bool IsBannedFor(Offence offence)
    {
        if (State != SessionState.NotAuthenticated)
            return false;
        var sentence = Connection.Visitor.Report(offence);
        heldBack = sentence.Delay;
        return sentence.IsBanned;
    }

    /// <summary>Waits as long as the door has the last offence's answer wait, once.</summary>
    public async ValueTask HoldBackAsync()
    {
        var pause = heldBack;
        heldBack = TimeSpan.Zero;
        await Connection.PauseAsync(pause, services.Time);
    }

    /// <summary>The one place where errors become replies.</summary>
    async ValueTask<Reply> RunAsync(CommandRow row, IImapCommand command, CancellationToken cancel)
    {
        try
        {
            return await command.RunAsync(this, cancel);
        }
        catch (SyntaxException e)
        {
            return Reply.Bad(e.Message);
        }
        catch (StoreException e)
        {
            Log.CommandFailed(services.Logger, e, row.Name, TraceId);
            return IsLastLogin() ? Reply.LoginsUnchecked : Reply.Unavailable;
        }
        catch (Exception e) when (IsOurs(e))
        {
            Log.CommandFailed(services.Logger, e, row.Name, TraceId);
            return Reply.ServerBug(TraceId);
        }
    }

    /// <summary>Not the client's leaving, nor a response that cannot be mended.</summary>
    static bool IsOurs(Exception e) =>
        e is EndOfStreamException || e is not (IOException or OperationCanceledException or BrokenResponseException);

    void Say(string tag, Reply reply)
    {
        badInARow = reply.Condition == Condition.Bad ? badInARow + 1 : 0;
        Writer.Put(reply.Condition == Condition.Bye ? "*" : tag, reply);
        if (badInARow >= Options.MaxBadCommands)
        {
            reply = Reply.TooManyBad;
            Writer.Put("*", reply);
        }
        if (reply.Condition != Condition.Bye)
            return;
        ended = true;
        Log.HungUp(services.Logger, Connection.Remote.Address, reply.Text);
    }
}
