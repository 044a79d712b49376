using System.Text;
using Cloud.Api.Gateway;
using Cloud.Flow.Inbound;
using Cloud.Listener.Imap.Wire;
using Cloud.Store;
using Cloud.Store.Ports;

namespace Cloud.Listener.Imap.Commands;

/// <summary>APPEND. RFC 9051 §6.3.12, RFC 4315 §3, RFC 6855 §4, RFC 7889.</summary>
/// <param name="Received">INTERNALDATE; null for now.</param>
/// <param name="Ending">What ends the command behind the message: the parenthesis that UTF8 opens.</param>
sealed record Append(MailboxName Name, FlagList Flags, DateTimeOffset? Received, LiteralHeader Literal, string Ending)
    : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        var name = args.ExpectMailboxName();
        args.ExpectSP();
        var flags = FlagList.None;
        if (args.Peek('('))
        {
            flags = args.ExpectFlagList();
            args.ExpectSP();
        }
        DateTimeOffset? received = null;
        if (args.Peek('"'))
        {
            received = args.ExpectDateTime();
            args.ExpectSP();
        }
        var isUtf8 = args.Label("UTF8"u8);
        if (isUtf8)
        {
            args.ExpectSP();
            args.ExpectChar('(');
            args.ExpectChar('~');
        }
        else
        {
            args.Char('~'); // literal8, which may have NULs (RFC 3516 §4.4); a message is kept octet by octet anyway.
        }
        var literal = args.ExpectLiteralHeader();
        args.ExpectEnd();
        return new Append(name, flags, received, literal, isUtf8 ? ")" : "");
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (Literal.Size > session.Options.MaxMessage)
            return Reply.TooBig;
        if (Literal.Size == 0)
            return Reply.EmptyMessage;
        if (await session.FindMailboxAsync(Name.Canonical, cancel) is not { } mailbox)
            return Reply.TryCreate;

        var transaction = TransactionId.Create(session.Services.Time, session.Services.Entropy);
        await using var upload = await session.Gateway.BeginUploadAsync(transaction, cancel);
        if (await ReceiveAsync(session, upload, cancel) is { } fault)
            return fault;

        var message = await upload.CompleteAsync(cancel);
        var request = new AppendRequest(
            transaction,
            session.Account,
            mailbox.Id,
            message,
            Flags.Flags,
            Flags.Keywords,
            Received ?? session.Services.Time.GetUtcNow()
        );
        var appended = await session.Gateway.AppendAsync(request, cancel);
        if (!appended.IsOk)
        {
            await upload.AbandonAsync(cancel);
            return appended.Refusal == Refusal.NotFound
                ? Reply.TryCreate
                : Reply.From(appended.Refusal, appended.Reason);
        }

        if (session.Dialect.Revision2 && Name.Differs)
            await ListLine.AnnounceAsync(session, Name.Canonical, Name.Sent, cancel);
        if (session.Selected?.Id == mailbox.Id)
            session.Selected.Touched();
        else
            session.Selected?.Took(appended.Value.Revision);
        // A try whose answer got lost had put it there, and another session has taken it away since.
        if (appended.Value.Uid == 0)
            return Reply.Ok("Appended");
        return Reply.Ok("Appended", $"APPENDUID {appended.Value.UidValidity} {appended.Value.Uid}");
    }

    /// <summary>The message and the end of the command.</summary>
    /// <returns>What went wrong; null when all is there.</returns>
    async ValueTask<Reply?> ReceiveAsync(ImapSession session, MessageUpload upload, CancellationToken cancel)
    {
        var input = session.Input;
        if (Literal.Waits)
            await input.GoAheadAsync();
        if (await StreamAsync(session, upload, cancel) > 0)
            return session.Farewell(session.Connection.IsRevoked ? ReadStatus.Drain : ReadStatus.Timeout);

        input.Release();
        var status = await input.ReadContinuationAsync(session.Patience);
        if (status == ReadStatus.Refused)
            return input.Fault;
        if (status != ReadStatus.Command)
            return session.Farewell(status) ?? Reply.Goodbye;
        if (Ascii.Equals(input.Text, Ending))
            return null;
        LiteralHeader? another = LiteralHeader.TryParse(input.Text, out var next) ? next : null;
        await input.SkipCommandAsync(another, session.Patience);
        return Reply.Bad("APPEND ends with its message");
    }

    /// <returns>Octets that did not come.</returns>
    async ValueTask<long> StreamAsync(ImapSession session, MessageUpload upload, CancellationToken cancel)
    {
        StoreException? fault = null;
        var missing = await session.Input.StreamAsync(
            Literal.Size,
            async octets =>
            {
                try
                {
                    if (fault is null)
                        await upload.WriteAsync(octets, cancel);
                }
                catch (StoreException e)
                {
                    fault = e; // The rest must be read all the same, or it would be taken for commands.
                }
            },
            session.Patience
        );
        if (missing == 0 && fault is not null)
        {
            await session.Input.SkipLineAsync(session.Patience);
            throw fault;
        }
        return missing;
    }
}
