-- Ten rows a request, no two alike, for wrk.

local n, base = 0, 0
local threads = 0

function setup(thread)
    thread:set("tid", threads)
    threads = threads + 1
end

function init()
    math.randomseed(os.time() * 100 + tid)
    base = tid * 100000000 + math.random(1, 90000000)
end

wrk.method = "POST"
wrk.headers["Content-Type"] = "text/csv"

function request()
    local rows = {"title,price,source_url,condition\n"}

    n = n + 1

    for i = 1, 10 do
        local item = base + n * 10 + i

        rows[#rows + 1] = string.format("NVIDIA GeForce RTX 3080 10GB no %d,"
            .. "%d.50,https://example.com/itm/%d,used\n", item, 300 + i, item)
    end

    return wrk.format(nil, "/api/import/csv", nil, table.concat(rows))
end
