using Cloud.Store.Azure;
using Cloud.Store.Ports;

namespace Cloud.Tests.Store.Azure;

/// <summary>Rows while the service, or the way to it, is not well.</summary>
public sealed class RowFaultTests
{
    static readonly RowData Data = new() { { "Value", 1 } };

    static RowTransaction One => new RowTransaction("p").Insert("a", Data);
    static RowTransaction Two => new RowTransaction("p").Insert("a", Data).Delete("b");

    static ValueTask<CommitResult> CommitAsync(AzureStore store, RowTransaction transaction) =>
        store.Rows.CommitAsync("mail", transaction, default);

    static Action<HttpResponseMessage> ETag(string etag) =>
        answer => answer.Headers.TryAddWithoutValidation("ETag", etag);

    static HttpRequestException Broken(HttpRequestError error) => new(error, "broken");

    [Theory]
    [InlineData(500, "InternalError")]
    [InlineData(500, "OperationTimedOut")]
    [InlineData(503, null)]
    [InlineData(504, null)]
    [InlineData(408, null)]
    [InlineData(403, "AuthorizationFailure")]
    public async Task A_commit_whose_outcome_is_unknown_is_not_sent_again(int status, string? code)
    {
        foreach (var transaction in new[] { One, Two })
        {
            var service = new ScriptedService().Answer(status, code);
            await Assert.ThrowsAsync<StoreException>(() => CommitAsync(service.Open(), transaction).AsTask());
            Assert.Single(service.Requests);
        }
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_is_not_sent_again()
    {
        var service = new ScriptedService().Fail(Broken(HttpRequestError.ResponseEnded));
        var fault = await Assert.ThrowsAsync<StoreException>(() => CommitAsync(service.Open(), Two).AsTask());
        Assert.Contains("outcome is unknown", fault.Message, StringComparison.Ordinal);
        Assert.Single(service.Requests);
    }

    [Fact]
    public async Task A_commit_that_was_surely_not_done_is_sent_again()
    {
        var service = new ScriptedService()
            .Fail(Broken(HttpRequestError.ConnectionError))
            .Answer(503, "ServerBusy")
            .Answer(429)
            .Answer(204, more: ETag("W/\"7\""));
        var result = await CommitAsync(service.Open(), One);
        Assert.Equal(["W/\"7\""], result.ETags);
        Assert.Equal(4, service.Requests.Count);
    }

    [Fact]
    public async Task A_throttled_batch_says_so_inside_and_is_sent_again()
    {
        var service = new ScriptedService()
            .AnswerBatch((503, """{"odata.error":{"code":"ServerBusy","message":{"value":"busy"}}}"""))
            .AnswerBatch((204, ""), (204, ""));
        Assert.True((await CommitAsync(service.Open(), Two)).Committed);
        Assert.Equal(2, service.Requests.Count);
    }

    [Fact]
    public async Task A_batch_that_failed_inside_is_not_sent_again()
    {
        var service = new ScriptedService().AnswerBatch((500, """{"odata.error":{"code":"OperationTimedOut"}}"""));
        var fault = await Assert.ThrowsAsync<StoreException>(() => CommitAsync(service.Open(), Two).AsTask());
        Assert.Contains("500 OperationTimedOut", fault.Message, StringComparison.Ordinal);
        Assert.Contains(ScriptedService.RequestId, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_answer_with_a_part_missing_or_cut_is_an_unknown_outcome()
    {
        var service = new ScriptedService().AnswerBatch((204, ""));
        await Assert.ThrowsAsync<StoreException>(() => CommitAsync(service.Open(), Two).AsTask());
        service.Answer(202, null, "--b\r\n", "multipart/mixed; boundary=b");
        await Assert.ThrowsAsync<StoreException>(() => CommitAsync(service.Open(), Two).AsTask());
    }

    [Theory]
    [InlineData(409, "EntityAlreadyExists", Conflict.Exists)]
    [InlineData(404, "ResourceNotFound", Conflict.Missing)]
    [InlineData(412, "UpdateConditionNotSatisfied", Conflict.Changed)]
    public async Task A_conflict_is_an_answer_with_its_place(int status, string code, Conflict conflict)
    {
        var service = new ScriptedService()
            .Answer(status, code)
            .AnswerBatch((status, $"{{\"odata.error\":{{\"code\":\"{code}\",\"message\":{{\"value\":\"1:x\"}}}}}}"));
        Assert.Equal(CommitResult.Refused(0, conflict), await CommitAsync(service.Open(), One));
        Assert.Equal(CommitResult.Refused(1, conflict), await CommitAsync(service.Open(), Two));
    }

    [Fact]
    public async Task A_missing_table_is_made_once_and_the_commit_sent_again()
    {
        var service = new ScriptedService()
            .Answer(404, "TableNotFound")
            .Answer(409, "TableAlreadyExists")
            .Answer(204, more: ETag("W/\"1\""))
            .Answer(404, "TableNotFound")
            .Answer(204)
            .Answer(404, "TableNotFound");
        var store = service.Open();
        Assert.True((await CommitAsync(store, One)).Committed);
        await Assert.ThrowsAsync<StoreException>(() => CommitAsync(store, One).AsTask());
        Assert.Equal("POST /mail,POST /Tables,POST /mail", string.Join(',', service.Requests.Take(3)));
        Assert.Equal(6, service.Requests.Count);
    }

    [Theory]
    [InlineData(507, null)]
    [InlineData(403, "AccountQuotaExceeded")]
    [InlineData(409, "InsufficientStorage")]
    public async Task A_full_account_is_told_apart(int status, string? code)
    {
        var service = new ScriptedService().Answer(status, code);
        await Assert.ThrowsAsync<StoreFullException>(() => CommitAsync(service.Open(), One).AsTask());
    }

    [Fact]
    public async Task A_read_is_tried_again_until_it_fails_for_good()
    {
        var service = new ScriptedService()
            .Answer(500, "InternalError")
            .Fail(Broken(HttpRequestError.ResponseEnded))
            .Answer(200, null, """{"odata.etag":"W/\"1\"","PartitionKey":"p","RowKey":"a","Value":5}""");
        var row = await service.Open().Rows.GetAsync("mail", new("p", "a"), default);
        Assert.Equal((5, "W/\"1\""), (row!.Data.Int("Value"), row.ETag));

        for (var i = 0; i < 4; i++)
            service.Fail(Broken(HttpRequestError.ResponseEnded));
        await Assert.ThrowsAsync<StoreException>(() =>
            service.Open().Rows.QueryAsync("mail", RowRange.All("p"), null, 10, default).AsTask()
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("{\"value\":[{")]
    [InlineData("{\"value\":[{\"A\":{}}]}")]
    [InlineData("{\"value\":[{\"A@odata.type\":\"Edm.Binary\",\"A\":\"*\"}]}")]
    [InlineData("{\"value\":[{\"A@odata.type\":\"Edm.Int64\",\"A\":\"x\"}]}")]
    public async Task An_answer_that_makes_no_sense_is_a_fault(string body)
    {
        var service = new ScriptedService().Answer(200, null, body);
        await Assert.ThrowsAsync<StoreException>(() =>
            service.Open().Rows.QueryAsync("mail", RowRange.All("p"), null, 10, default).AsTask()
        );
    }

    [Fact]
    public async Task A_fault_names_the_request_and_no_secret()
    {
        var service = new ScriptedService().Answer(
            403,
            null,
            "{\"code\":\"AuthenticationFailed\",\"value\":\"signature SECRET\"}"
        );
        var fault = await Assert.ThrowsAsync<StoreException>(() => CommitAsync(service.Open(), One).AsTask());
        Assert.Contains("403 AuthenticationFailed", fault.Message, StringComparison.Ordinal);
        Assert.Contains(ScriptedService.RequestId, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", fault.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(ScriptedService.Key, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_callers_cancelling_stays_a_cancelling()
    {
        using var source = new CancellationTokenSource();
        var service = new ScriptedService().Answer(_ =>
        {
            source.Cancel();
            throw new TaskCanceledException();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            service.Open().Rows.CommitAsync("mail", One, source.Token).AsTask()
        );
    }

    [Fact]
    public async Task Each_try_is_signed_with_the_shared_key()
    {
        var service = new ScriptedService().Answer(429).Answer(204, more: ETag("W/\"1\""));
        await CommitAsync(service.Open(new StillClock()), One);
        Assert.All(
            service.Messages,
            message =>
            {
                Assert.Equal(["Tue, 05 Mar 2024 06:07:08 GMT"], message.Headers.GetValues("x-ms-date"));
                Assert.Equal(
                    ["SharedKey ada:TOm+9YN6X/g0stDXGxy+0Cs4LsGiV4Mk6vt/EGOANnk="],
                    message.Headers.GetValues("Authorization")
                );
            }
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("ab")]
    [InlineData("1ab")]
    [InlineData("a-b")]
    [InlineData("tables")]
    [InlineData("mail()?x=")]
    public async Task A_table_name_that_azure_refuses_is_not_sent(string table) =>
        await Assert.ThrowsAsync<ArgumentException>(() =>
            new ScriptedService().Open().Rows.GetAsync(table, new("p", "a"), default).AsTask()
        );

    sealed class StillClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2024, 3, 5, 6, 7, 8, TimeSpan.Zero);
    }
}
