namespace Cloud.Wire.Smtp;

/// <summary>One message on its way through MAIL, RCPT and DATA or BDAT.</summary>
/// <remarks>
/// 1. What the server cannot take is told at once. 2. RSET if need be, MAIL, RCPT and DATA go in as few writes as can be
/// (RFC 2920 §3.1), and their replies are told apart by counting. 3. The message. 4. Its reply decides for all recipients
/// that were accepted.
/// </remarks>
sealed class Transaction
{
    enum Command
    {
        Reset,
        Mail,
        Recipient,
        Data,
    }

    readonly SmtpChannel channel;
    readonly SmtpMessage message;
    readonly Envelope envelope;
    readonly bool isPipelined;
    readonly bool isChunked;
    readonly bool hasDsn;
    readonly SmtpRecipientOutcome?[] outcomes;
    readonly Queue<(Command Command, int Recipient)> expected = new();
    SmtpFailure? failure;
    SmtpReply? final;
    int accepted;
    bool isDataOpen;

    public Transaction(SmtpConnection connection, SmtpChannel channel, SmtpMessage message)
    {
        (this.channel, this.message) = (channel, message);
        var capabilities = connection.Capabilities;
        envelope = new(message, capabilities, connection.Tls);
        outcomes = new SmtpRecipientOutcome?[message.Recipients.Count];
        isPipelined = channel.Options.Pipelining && capabilities.Has(SmtpExtensions.Pipelining);
        isChunked =
            capabilities.Has(SmtpExtensions.Chunking)
            && (envelope.Body == SmtpBody.Binary || channel.Options.PreferChunking);
        hasDsn = capabilities.Has(SmtpExtensions.Dsn);
    }

    public async ValueTask<SmtpOutcome> RunAsync(CancellationToken cancel)
    {
        channel.Transcript.Clear();
        failure = envelope.Unfit; // 1
        for (var i = 0; i < outcomes.Length && failure is null; i++)
        {
            if (envelope.UnfitOf(message.Recipients[i]) is { } unfit)
                outcomes[i] = Unsent(i, unfit);
        }

        if (failure is not null || Array.TrueForAll(outcomes, outcome => outcome is not null))
            return Outcome();
        channel.Begin(cancel);
        try
        {
            await EnvelopeAsync(); // 2
            if (failure is null && accepted > 0)
                await ContentAsync(); // 3
            else if (isDataOpen)
                await EmptyAsync();
        }
        catch (SmtpFaultException e)
        {
            channel.Abort();
            failure ??= e.Failure;
        }
        catch (OperationCanceledException) when (channel.Phase == SmtpPhase.Final)
        {
            failure = new(SmtpPhase.Final, SmtpFault.Cancelled, "4.4.2", "given up while the final reply was awaited");
        }
        catch
        {
            channel.Abort();
            throw;
        }
        finally
        {
            channel.End();
        }

        return Outcome(); // 4
    }

    async ValueTask EnvelopeAsync()
    {
        channel.Phase = SmtpPhase.Envelope;
        if (channel.NeedsReset)
        {
            channel.Write("RSET"u8);
            await EndCommandAsync(Command.Reset);
        }

        channel.NeedsReset = true;
        envelope.WriteMail(channel);
        await EndCommandAsync(Command.Mail);
        for (var i = 0; i < outcomes.Length && failure is null; i++)
        {
            if (outcomes[i] is not null)
                continue;
            envelope.WriteRecipient(channel, message.Recipients[i]);
            await EndCommandAsync(Command.Recipient, i);
        }

        if (!isChunked && failure is null && (accepted > 0 || expected.Count > 0))
        {
            channel.Write("DATA"u8);
            await EndCommandAsync(Command.Data);
        }

        await DrainAsync();
    }

    ValueTask EndCommandAsync(Command command, int recipient = 0)
    {
        channel.EndLine();
        expected.Enqueue((command, recipient));
        return isPipelined && channel.Written < SmtpLimits.Group ? ValueTask.CompletedTask : DrainAsync();
    }

    /// <summary>Sends what is written and reads all replies to it.</summary>
    async ValueTask DrainAsync()
    {
        if (expected.Count == 0)
            return;
        var times = channel.Options.Timeouts;
        await channel.ExpectSilenceAsync();
        channel.Phase = PhaseOf(expected.Peek().Command);
        await channel.FlushAsync(times.Block);
        while (expected.TryPeek(out var next))
        {
            channel.Phase = PhaseOf(next.Command);
            await channel.ReadReplyAsync(
                next.Command switch
                {
                    Command.Reset => times.Reset,
                    Command.Mail => times.Mail,
                    Command.Recipient => times.Recipient,
                    _ => times.Data,
                }
            );
            expected.Dequeue();
            Take(next.Command, next.Recipient);
        }
    }

    void Take(Command command, int recipient)
    {
        var code = channel.Reply.Code;
        var isPositive = code is >= 200 and < 300;
        switch (command)
        {
            case Command.Reset:
                channel.ExpectPositive();
                break;
            case Command.Data when code is >= 300 and < 400:
                isDataOpen = true;
                break;
            case Command.Data when isPositive: // It takes the message before it has it.
            case not Command.Data when code is >= 300 and < 400:
                throw channel.Refusal();
            case Command.Recipient when isPositive:
                accepted++;
                break;
            case Command.Mail when isPositive:
                break;
            // After a refused MAIL, what is said of recipients and of DATA only repeats it.
            case Command.Recipient when failure is null:
                outcomes[recipient] = Unsent(recipient, channel.Refusal().Failure);
                break;
            case Command.Data when accepted == 0:
                break;
            default:
                failure ??= channel.Refusal().Failure;
                break;
        }
    }

    async ValueTask ContentAsync()
    {
        var content = new ContentSender(channel, envelope.Open!);
        failure = isChunked
            ? await content.ChunksAsync(
                isPipelined ? SmtpLimits.ChunksAhead : 0,
                isText: envelope.Body != SmtpBody.Binary
            )
            : await content.DataAsync();
        if (failure is not null)
            return;
        final = channel.Reply.ToReply();
        channel.NeedsReset = false;
    }

    /// <summary>DATA was let in though nobody is to get anything: RFC 2920 §3.1 has a single dot for it.</summary>
    async ValueTask EmptyAsync()
    {
        channel.Write("."u8);
        channel.EndLine();
        await channel.FlushAsync(channel.Options.Timeouts.Block);
        await channel.ReadReplyAsync(channel.Options.Timeouts.Final);
    }

    SmtpOutcome Outcome()
    {
        var all = new SmtpRecipientOutcome[outcomes.Length];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] =
                outcomes[i]
                ?? (
                    final is not null && failure is null
                        ? new(message.Recipients[i], SmtpVerdict.Sent, null, final, MayHaveBeenTaken: false)
                        : Unsent(i, failure!)
                );
        }

        return new(all, failure, hasDsn, channel.Transcript.ToTranscript());
    }

    SmtpRecipientOutcome Unsent(int recipient, SmtpFailure why)
    {
        // RFC 5321 §4.5.3.1.10: too many recipients in one transaction are no reason to give up on the last of them.
        var isTooMany = why is { Phase: SmtpPhase.Recipient, Reply: { Code: 552, Status: "5.5.3" } };
        return new(
            message.Recipients[recipient],
            why.IsPermanent && !isTooMany ? SmtpVerdict.Failed : SmtpVerdict.Deferred,
            isTooMany ? why with { Status = "4.5.3" } : why,
            why.Reply,
            why.Phase == SmtpPhase.Final && why.Fault != SmtpFault.Refused
        );
    }

    static SmtpPhase PhaseOf(Command command) =>
        command switch
        {
            Command.Reset => SmtpPhase.Reset,
            Command.Mail => SmtpPhase.Mail,
            Command.Recipient => SmtpPhase.Recipient,
            _ => SmtpPhase.Data,
        };
}
