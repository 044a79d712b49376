using System.Net;
using Cloud.Flow.Outbound.Forwarding;
using Cloud.Flow.Outbound.Relay.Connections;
using Cloud.Flow.Outbound.Relay.Smarthosts;
using Cloud.Mail;
using Cloud.Store.Ports;
using Cloud.Wire.Smtp;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>The talk with one address of a host: a connection, kept or new, and as many transactions as are needed.</summary>
sealed class HostTalk(SmtpRelay relay, RelayJob job)
{
    /// <summary>Transactions of one talk: 1,000 recipients in the smallest portions that servers insist on.</summary>
    const int MaxTransactions = 100;

    /// <summary>Recipients of a transaction where the server tells nothing: RFC 5321 §4.5.3.1.8 has it take 100.</summary>
    const int Recipients = 100;

    readonly HashSet<int> heard = [];
    readonly Dialogue dialogue = new();
    SevenBitForm? sevenBit;

    /// <summary>What was said so far.</summary>
    public IReadOnlyList<string> Lines => dialogue.Lines;

    /// <summary>Those of the transaction under way, whose answers are not taken yet.</summary>
    public IReadOnlyList<RelayRecipient> Asking { get; private set; } = [];

    /// <returns>Whether the server was heard about the message.</returns>
    public async ValueTask<bool> RunAsync(
        HostTarget target,
        IPEndPoint end,
        SignedContent content,
        Standing standing,
        Passages passages,
        CancellationToken cancel
    )
    {
        var dialling = new Dialling(relay, job, target, end, passages);
        heard.Clear();
        var connection = relay.Idle.TryTake(dialling.Key) ?? await OpenAsync(dialling, standing, cancel);
        try
        {
            var (pipelining, isAgain) = (true, false);
            for (var i = 0; connection is { Connection.IsUsable: true } && i < MaxTransactions; i++)
            {
                var asked = Portion(connection, target.Smarthost, standing);
                if (asked.Count == 0 || !await CanConvertAsync(connection, standing, cancel))
                    break;
                if (!isAgain && await passages.Domain.Allowance.TakeAsync(cancel) is { } delay)
                {
                    standing.Wait(delay);
                    break;
                }

                var wasOld = connection.IsOld;
                var outcome = await SendAsync(connection, asked, content, cancel);
                isAgain = wasOld && HasGone(outcome) || pipelining && BreaksPipelining(outcome);
                if (isAgain)
                {
                    Asking = [];
                    pipelining &= !BreaksPipelining(outcome);
                    relay.Idle.Return(connection);
                    connection = null;
                    connection = await OpenAsync(dialling with { Pipelining = pipelining }, standing, cancel);
                    continue;
                }

                standing.Take(asked, outcome, connection.Seen);
                Asking = [];
                heard.UnionWith(Answered(asked, outcome));
                await LearnAsync(passages, outcome);
            }

            return connection is not null;
        }
        finally
        {
            if (connection is not null)
                relay.Idle.Return(connection);
        }
    }

    async ValueTask<SmtpOutcome> SendAsync(
        OpenConnection connection,
        List<RelayRecipient> asked,
        SignedContent content,
        CancellationToken cancel
    )
    {
        var message = Message(asked, content);
        Asking = asked;
        var outcome = await connection.Connection.SendAsync(message, cancel);
        dialogue.Add(connection.Seen, outcome.Transcript.Lines);
        return outcome;
    }

    async ValueTask<OpenConnection?> OpenAsync(Dialling dialling, Standing standing, CancellationToken cancel)
    {
        var dialled = await dialling.RunAsync(cancel);
        if (dialled.Connection is not null)
            return dialled.Connection;
        standing.Note(dialled.Fault!, dialling.Seen);
        dialogue.Add(dialling.Seen, dialled.Lines);
        return null;
    }

    /// <summary>Makes the message fit a server that takes it in 7 bit alone.</summary>
    /// <returns>False where it cannot be read now: what others were told of it stands.</returns>
    async ValueTask<bool> CanConvertAsync(OpenConnection connection, Standing standing, CancellationToken cancel)
    {
        if (sevenBit is not null || connection.Connection.Capabilities.Takes((SmtpBody)job.Message.Options.Body))
            return true;
        try
        {
            sevenBit = await SevenBitForm.OfAsync(job, relay.Keys, relay.Time, cancel);
            return true;
        }
        catch (StoreException e)
        {
            standing.Note(new(false, "4.3.0", $"the message could not be read: {e.Message}"), connection.Seen);
            return false;
        }
    }

    List<RelayRecipient> Portion(OpenConnection connection, Smarthost? smarthost, Standing standing)
    {
        var most = connection.Connection.Capabilities.MaxRecipients ?? Recipients;
        if (smarthost is not null)
            most = Math.Min(most, smarthost.MaxRecipients);
        if (job.Message.Options.Verp)
            most = 1;
        return [.. standing.Left.Where(one => !heard.Contains(one.Number)).Take(Math.Max(1, most))];
    }

    EmailAddress? PathOf(EmailAddress recipient) =>
        job.VerpTags is { } tags ? Verp.PathOf(job.Message.From, recipient, tags(recipient)) : job.Message.From;

    SmtpMessage Message(List<RelayRecipient> asked, SignedContent content)
    {
        var options = job.Message.Options;
        return new()
        {
            From = PathOf(asked[0].Recipient.Address),
            Recipients =
            [
                .. asked.Select(one => new SmtpRecipient(
                    one.Recipient.Address,
                    one.Recipient.Notify,
                    one.Recipient.OriginalRecipient
                )),
            ],
            Open = content.OpenAsync,
            Size = content.Size,
            Body = (SmtpBody)options.Body,
            OpenSevenBit = sevenBit is { Refusal: null } form ? form.OpenAsync : null,
            SevenBitSize = sevenBit?.Size ?? 0,
            NoSevenBit = sevenBit?.Refusal,
            SmtpUtf8 = options.SmtpUtf8,
            RequireTls = options.RequireTls,
            EnvelopeId = options.EnvelopeId,
            Return = options.Ret,
            DeliverBy = options.DeliverBy is { } by
                ? new((long)(by.Deadline - relay.Time.GetUtcNow()).TotalSeconds, by.Returns, by.Traces)
                : null,
            Priority = options.Priority == 0 ? null : options.Priority,
        };
    }

    /// <summary>It was kept too long: nothing of the message was heard.</summary>
    static bool HasGone(SmtpOutcome outcome) =>
        outcome.Failure is { Phase: SmtpPhase.Envelope or SmtpPhase.Reset or SmtpPhase.Mail } failure
        && (failure.Fault is SmtpFault.Lost or SmtpFault.Timeout || failure.Reply?.IsClosing == true);

    static bool BreaksPipelining(SmtpOutcome outcome) =>
        outcome.Failure is { WhilePipelining: true, Fault: SmtpFault.Lost or SmtpFault.Protocol or SmtpFault.Timeout }
        && !outcome.Recipients.Any(recipient => recipient.MayHaveBeenTaken);

    /// <summary>
    /// Those who have their answer from this host. Not those beyond what it takes at once, if it took others: they are
    /// asked for again (RFC 5321 §4.5.3.1.10).
    /// </summary>
    static IEnumerable<int> Answered(List<RelayRecipient> asked, SmtpOutcome outcome)
    {
        var tookSome = outcome.Recipients.Any(one => one.Verdict == SmtpVerdict.Sent);
        for (var i = 0; i < asked.Count; i++)
        {
            var reply = outcome.Recipients[i] is { Verdict: SmtpVerdict.Deferred } told ? told.Reply : null;
            if (!tookSome || reply is not ({ Code: 452 } or { Status: "4.5.3" }))
                yield return asked[i].Number;
        }
    }

    static async ValueTask LearnAsync(Passages passages, SmtpOutcome outcome)
    {
        if (RepliesOf(outcome).Any(Complaint.IsOfRate))
            await passages.Domain.Passage.LimitedAsync();
        else if (outcome.Failure is { Reply: { } reply } && Complaint.IsOne(reply))
            await passages.Domain.Passage.SlowedAsync();
        else if (outcome.Failure is null)
        {
            await passages.Address.WorkedAsync();
            await passages.Domain.Passage.WorkedAsync();
        }
    }

    static IEnumerable<SmtpReply> RepliesOf(SmtpOutcome outcome) =>
        outcome.Recipients.Select(one => one.Reply).Append(outcome.Failure?.Reply).OfType<SmtpReply>();
}
