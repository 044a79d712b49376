namespace Cloud.Api.Gateway.Operations;

/// <summary>The end of DATA on a submission port: the sender must own the reverse path, the recipients be ours.</summary>
static class SubmitMessage
{
    public static async ValueTask<ReceiveResult> RunAsync(
        Backend backend,
        Uploads uploads,
        SubmitRequest request,
        bool repeated,
        CancellationToken cancel
    )
    {
        if (!await CheckRecipient.OwnsAsync(backend.Directory, request.Sender, request.Envelope.From, cancel))
            return await RefuseAsync("You may not send from this address");
        foreach (var recipient in request.Envelope.Recipients)
        {
            if (await backend.Directory.ResolveAsync(recipient.Address, cancel) is null)
                return await RefuseAsync("Mail to other domains is not sent yet");
        }
        var result = await ReceiveMessage.RunAsync(
            backend.Receiving,
            uploads,
            request.Transaction,
            request.Envelope,
            request.Message,
            evidence: null,
            repeated,
            cancel
        );
        // Whoever was written to may answer. If that is not kept, the message goes its way all the same.
        if (result.Status == ReceiveStatus.Accepted)
        {
            var recipients = request.Envelope.Recipients.Select(recipient => recipient.Address);
            await backend.KnownSenders.TryAddAsync(request.Sender, recipients, CancellationToken.None);
        }

        return result;

        async ValueTask<ReceiveResult> RefuseAsync(string reason)
        {
            if (!repeated)
                await uploads.RefuseAsync(request.Message.Blob);
            return new(ReceiveStatus.Rejected, reason);
        }
    }
}
