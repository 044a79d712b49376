using Cloud.Store.Ports;

namespace Cloud.Tests.Store.Azure;

/// <summary>Blobs and queues while the service, or the way to it, is not well.</summary>
public sealed class BlobFaultTests
{
    static HttpRequestException Lost => new(HttpRequestError.ResponseEnded, "lost");

    static Action<HttpResponseMessage> Code(string code) =>
        answer =>
        {
            answer.Headers.Add("x-ms-error-code", code);
            answer.Content.Headers.Remove("Content-Type"); // An error without a body, as HEAD has it.
        };

    static Action<HttpResponseMessage> Mark(Func<string> mark) =>
        answer => answer.Headers.Add("x-ms-meta-writer", mark());

    static string MarkOf(HttpRequestMessage message) => message.Headers.GetValues("x-ms-meta-writer").Single();

    static async Task<bool> PutAsync(ScriptedService service)
    {
        await using var writer = await service.Open().Blobs.CreateAsync("ab/1", default);
        await writer.WriteAsync("text"u8.ToArray(), default);
        return await writer.CompleteAsync(default);
    }

    [Fact]
    public async Task A_blob_whose_answer_was_lost_is_found_to_be_ours()
    {
        var service = new ScriptedService();
        service
            .Fail(Lost)
            .Answer(409, more: Code("BlobAlreadyExists"))
            .Answer(200, more: Mark(() => MarkOf(service.Messages[0])));
        Assert.True(await PutAsync(service));
        Assert.Equal(MarkOf(service.Messages[0]), MarkOf(service.Messages[1]));
        Assert.StartsWith("HEAD", service.Requests[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_of_somebody_else_is_not_ours()
    {
        var service = new ScriptedService()
            .Fail(Lost)
            .Answer(409, more: Code("BlobAlreadyExists"))
            .Answer(200, more: Mark(() => "another"));
        Assert.False(await PutAsync(service));
    }

    [Fact]
    public async Task A_small_blob_costs_one_request()
    {
        var service = new ScriptedService().Answer(201);
        Assert.True(await PutAsync(service));
        Assert.Equal(["PUT /mail/ab/1"], service.Requests);
        Assert.Equal(["*"], service.Messages[0].Headers.GetValues("If-None-Match"));
    }

    [Fact]
    public async Task A_missing_container_is_made()
    {
        var service = new ScriptedService().Answer(404, more: Code("ContainerNotFound")).Answer(201).Answer(201);
        Assert.True(await PutAsync(service));
        Assert.Equal("PUT /mail?restype=container", service.Requests[1]);
    }

    [Fact]
    public async Task A_writer_that_failed_cannot_be_completed()
    {
        var service = new ScriptedService().Answer(403, more: Code("AuthorizationFailure"));
        await using var writer = await service.Open().Blobs.CreateAsync("ab/1", default);
        await writer.WriteAsync(new byte[10], default);
        await Assert.ThrowsAsync<StoreException>(() => writer.CompleteAsync(default).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => writer.CompleteAsync(default).AsTask());
    }

    [Fact]
    public async Task A_deletion_whose_answer_was_lost_is_not_sent_again()
    {
        var service = new ScriptedService().Fail(Lost).Fail(Lost);
        await Assert.ThrowsAsync<StoreException>(() => service.Open().Blobs.DeleteAsync("ab/1", default).AsTask());
        var message = new QueueMessage("id", "receipt", default, 1);
        await Assert.ThrowsAsync<StoreException>(() =>
            service.Open().Queues.DeleteAsync("queue", message, default).AsTask()
        );
        Assert.Equal(2, service.Requests.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("..")]
    [InlineData("a/../../other/b")]
    [InlineData("a/./b")]
    [InlineData("a.")]
    [InlineData("a b")]
    [InlineData("a%2e")]
    [InlineData("a\\b")]
    public async Task A_name_that_would_reach_another_blob_is_refused(string name)
    {
        var blobs = new ScriptedService().Open().Blobs;
        await Assert.ThrowsAsync<ArgumentException>(() => blobs.CreateAsync(name, default).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => blobs.OpenAsync(name, 0, null, default).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => blobs.DeleteAsync(name, default).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => blobs.CopyAsync("a", name, default).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => blobs.CopyAsync(name, "a", default).AsTask());
    }

    [Theory]
    [InlineData("ab")]
    [InlineData("Queue")]
    [InlineData("a--b")]
    [InlineData("-ab")]
    [InlineData("a/b")]
    public async Task A_queue_name_that_azure_refuses_is_not_sent(string name) =>
        await Assert.ThrowsAsync<ArgumentException>(() =>
            new ScriptedService().Open().Queues.SendAsync(name, default, TimeSpan.Zero, default).AsTask()
        );

    [Fact]
    public async Task A_queue_message_that_is_not_base64_is_handed_on_as_it_is()
    {
        var service = new ScriptedService().Answer(
            200,
            null,
            """
            <?xml version="1.0" encoding="utf-8"?><QueueMessagesList><QueueMessage><MessageId>1</MessageId>
            <InsertionTime>Tue, 05 Mar 2024 06:07:08 GMT</InsertionTime><ExpirationTime>Fri, 31 Dec 9999 23:59:59 GMT</ExpirationTime>
            <PopReceipt>r</PopReceipt><TimeNextVisible>Tue, 05 Mar 2024 06:07:08 GMT</TimeNextVisible>
            <DequeueCount>1</DequeueCount><MessageText>hé!</MessageText></QueueMessage></QueueMessagesList>
            """,
            "application/xml"
        );
        var message = Assert.Single(
            await service.Open().Queues.ReceiveAsync("queue", 1, TimeSpan.FromMinutes(1), default)
        );
        Assert.Equal("hé!"u8.ToArray(), message.Body.ToArray());
    }
}
